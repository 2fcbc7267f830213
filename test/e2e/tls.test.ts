import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { freePort } from '../support/ports.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { startWorld, type World } from '../support/world.ts'

let authority: Authority
beforeAll(() => {
  authority = openAuthority('Test Authority')
})
afterAll(() => authority[Symbol.dispose]())

/** PEM files of certificates: `name.pem` and `name.key`. */
function pairs(hosts: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hosts).flatMap(([name, names]) => {
      const { cert, key } = authority.sign({ hosts: names })
      return [
        [`${name}.pem`, cert],
        [`${name}.key`, key],
      ]
    }),
  )
}

const HELLO = '  all: { listener: web, default: true, forward: { targets: [{ static: { body: hello } }] } }\n'

describe('the certificate that a visitor is shown', () => {
  let world: World
  let port: number
  beforeAll(async () => {
    port = await freePort()
    const files = pairs({
      one: ['one.test', 'also-one.test'],
      wild: ['*.one.test'],
      deep: ['a.one.test'],
      zero: ['zero.test'],
    })
    const config = `version: 1
listeners:
  web: { protocol: https, bind: 127.0.0.1, port: ${port}, tls: { default_certificate: zero } }
certificates:
  one: { cert_file: one.pem, key_file: one.key }
  wild: { cert_file: wild.pem, key_file: wild.key }
  deep: { cert_file: deep.pem, key_file: deep.key }
  written: { hosts: [written.test], cert_file: one.pem, key_file: one.key }
  zero: { cert_file: zero.pem, key_file: zero.key }
routes:
${HELLO}`
    world = await startWorld({ config, files, ready: [port] })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it.each([
    ['one.test', 'one.test'],
    ['ALSO-one.Test', 'one.test'],
    ['b.one.test', '*.one.test'],
    ['a.one.test', 'a.one.test'],
    ['a.b.one.test', 'zero.test'],
    ['.one.test', 'zero.test'],
    ['written.test', 'one.test'],
    ['unknown.test', 'zero.test'],
    ['__proto__', 'zero.test'],
    ['constructor', 'zero.test'],
    ['', 'zero.test'],
  ])('for %j is that of %s', async (servername, shown) => {
    await using visitor = await shakeHands(port, { servername })
    expect(visitor.shown).toBe(shown)
  })

  it('answers on it', async () => {
    await using visitor = await shakeHands(port, { servername: 'one.test' })
    await visitor.send('GET / HTTP/1.1\r\nHost: one.test\r\n\r\n')
    expect((await visitor.answer()).body.toString()).toBe('hello')
  })
})
