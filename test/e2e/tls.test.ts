// Handshakes with the real program: what a visitor is shown, what is agreed on, and who is let in.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { freePort } from '../support/ports.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import {
  certificateLines,
  pairFiles,
  signAll,
  startTls,
  type TlsStage,
  tlsConfig,
} from '../support/tls-world.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let authority: Authority
let other: Authority
beforeAll(() => {
  authority = openAuthority('Test Authority')
  other = openAuthority('Other Authority')
})
afterAll(() => {
  authority[Symbol.dispose]()
  other[Symbol.dispose]()
})

describe('the certificate that a visitor is shown', () => {
  let stage: TlsStage
  beforeAll(async () => {
    const pairs = signAll(authority, {
      one: ['one.test', 'also-one.test'],
      wild: ['*.one.test'],
      deep: ['a.one.test'],
      zero: ['zero.test'],
    })
    stage = await startTls(
      port =>
        tlsConfig(port, 'tls: { default_certificate: zero }', Object.keys(pairs)).replace(
          'certificates:\n',
          'certificates:\n  written: { hosts: [written.test], cert_file: one.pem, key_file: one.key }\n',
        ),
      pairFiles(pairs),
    )
  })
  afterAll(() => stage[Symbol.asyncDispose]())

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
    await using visitor = await shakeHands(stage.port, { servername })
    expect(visitor.shown).toBe(shown)
  })

  it.each([
    ['one.test', 'one.test', 200],
    ['one.test', 'ONE.test:8443', 200],
    ['one.test', 'also-one.test', 200],
    ['one.test', 'zero.test', 421],
    ['one.test', 'a.one.test', 421],
    ['b.one.test', 'c.one.test', 200],
    ['unknown.test', 'unknown.test', 200],
    ['', 'whoever.test', 200],
  ])('asked for as %j, a request for %s is %i', async (servername, host, status) => {
    await using visitor = await shakeHands(stage.port, { servername })
    await visitor.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect((await visitor.answer()).status).toBe(status)
  })

  it.each([
    ['https', 200],
    ['http', 200],
    ['ftp', 400],
  ])('an absolute target of the scheme %s is %i', async (scheme, status) => {
    await using visitor = await shakeHands(stage.port)
    await visitor.send(`GET ${scheme}://one.test/ HTTP/1.1\r\nHost: one.test\r\n\r\n`)
    expect((await visitor.answer()).status).toBe(status)
  })
})

describe('what is agreed on', () => {
  let stage: TlsStage
  beforeAll(async () => {
    const pairs = {
      ...signAll(authority, { ec: ['ec.test'] }),
      rsa: authority.sign({ hosts: ['rsa.test'], key: 'rsa' }),
    }
    stage = await startTls(port => tlsConfig(port, 'http2: false', ['ec', 'rsa']), pairFiles(pairs))
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const tls12 = (ciphers: string): ConnectionOptions => ({ maxVersion: 'TLSv1.2', ciphers })

  it.each<readonly [string, ConnectionOptions, string]>([
    ['AES of 128 bits', {}, 'TLS_AES_128_GCM_SHA256'],
    [
      'ChaCha20 for who names it first',
      { ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256' },
      'TLS_CHACHA20_POLY1305_SHA256',
    ],
    [
      'forward secrecy in TLS 1.2',
      { maxVersion: 'TLSv1.2', servername: 'ec.test' },
      'ECDHE-ECDSA-AES128-GCM-SHA256',
    ],
    ['the same for RSA', { maxVersion: 'TLSv1.2', servername: 'rsa.test' }, 'ECDHE-RSA-AES128-GCM-SHA256'],
  ])('is %s', async (_, options, cipher) => {
    await using visitor = await shakeHands(stage.port, options)
    expect(visitor.cipher).toBe(cipher)
  })

  it.each<readonly [string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['CBC', { ...tls12('ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA'), servername: 'rsa.test' }],
    ['a key that anybody may read later', { ...tls12('AES128-GCM-SHA256'), servername: 'rsa.test' }],
    ['a protocol that we don’t speak', { ALPNProtocols: ['acme-tls/1'] }],
  ])('is never %s', async (_, options) => {
    await expect(shakeHands(stage.port, options)).rejects.toThrow(/alert/i)
  })

  it('is http/1.1 by ALPN, and nothing for who doesn’t ask', async () => {
    await using asking = await shakeHands(stage.port, { ALPNProtocols: ['h2', 'http/1.1'] })
    await using silent = await shakeHands(stage.port)
    expect([asking.alpn, silent.alpn]).toEqual(['http/1.1', false])
  })
})

describe('the words of a listener', () => {
  const ports = { web: 0, modern: 0, chosen: 0, strict: 0 }
  let world: World
  beforeAll(async () => {
    for (const name of ['web', 'modern', 'chosen', 'strict'] as const) ports[name] = await freePort()
    const listener = (name: keyof typeof ports, tls: string): string =>
      `  ${name}: { protocol: https, bind: 127.0.0.1, port: ${ports[name]}, http2: false, tls: { ${tls} } }\n`
    const config = `version: 1
logging: { level: debug }
server: { reload: { debounce: 50ms } }
listeners:
${listener('web', '')}${listener('modern', 'min_version: "1.3"')}\
${listener('chosen', 'ciphers: ECDHE-ECDSA-AES256-GCM-SHA384')}${listener('strict', 'client_ca_file: ca.pem')}\
certificates:
${certificateLines(['one', 'two'])}\
routes:
  all: { listener: [web, modern, chosen, strict], default: true, forward: { targets: [{ static: { body: hello } }] } }
`
    const pairs = signAll(authority, { one: ['one.test'], two: ['two.test'] })
    const files = { ...pairFiles(pairs), 'ca.pem': authority.cert }
    world = await startWorld({ config, files, ready: Object.values(ports) })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const get = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`

  /** The status of a request after a handshake; rejects when there is none. */
  async function statusOf(port: number, options: ConnectionOptions, host: string): Promise<number> {
    await using visitor = await shakeHands(port, options)
    await visitor.send(get(host))
    return (await visitor.answer()).status
  }

  it('min_version "1.3" leaves nobody with TLS 1.2 in', async () => {
    await expect(shakeHands(ports.modern, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/)
    await using visitor = await shakeHands(ports.modern)
    expect(visitor.protocol).toBe('TLSv1.3')
  })

  it('ciphers hold for every certificate, and leave TLS 1.3 alone', async () => {
    for (const servername of ['one.test', 'two.test', 'none.test']) {
      await using visitor = await shakeHands(ports.chosen, { servername, maxVersion: 'TLSv1.2' })
      expect(visitor.cipher).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
    }
    await using visitor = await shakeHands(ports.chosen)
    expect(visitor.cipher).toBe('TLS_AES_128_GCM_SHA256')
  })

  it.each(['one.test', 'two.test', 'none.test', ''])(
    'client_ca_file lets in only who has a certificate of that authority, under the name %j',
    async servername => {
      const ours = authority.sign({ hosts: ['visitor'], isClient: true })
      const theirs = other.sign({ hosts: ['visitor'], isClient: true })
      const host = servername || 'one.test'
      const failures = world.told('tls/handshake-failed')
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const options = { servername, maxVersion }
        expect(await statusOf(ports.strict, { ...options, ...ours }, host)).toBe(200)
        await expect(statusOf(ports.strict, options, host)).rejects.toThrow()
        await expect(statusOf(ports.strict, { ...options, ...theirs }, host)).rejects.toThrow()
      }
      await until('each is told', () => world.told('tls/handshake-failed') === failures + 4)
    },
  )

  async function sessionOf(port: number, options: ConnectionOptions): Promise<Buffer> {
    await using visitor = await shakeHands(port, options)
    // TLS 1.3 gives tickets after the handshake.
    const told =
      visitor.protocol === 'TLSv1.3' ? once(visitor.socket, 'session') : [visitor.socket.getSession()]
    await visitor.send(get(String(options.servername)))
    const [session] = (await told) as [Buffer]
    expect((await visitor.answer()).status).toBe(200)
    return session
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'sessions of %s are nothing to who trusts others',
    async maxVersion => {
      const options = { maxVersion, servername: 'one.test' }
      const session = await sessionOf(ports.web, options)
      await using again = await shakeHands(ports.web, { ...options, session })
      expect(again.isResumed).toBe(true)
      await expect(statusOf(ports.strict, { ...options, session }, 'one.test')).rejects.toThrow()
      const ours = authority.sign({ hosts: ['visitor'], isClient: true })
      await using strict = await shakeHands(ports.strict, { ...options, ...ours, session })
      expect(strict.isResumed).toBe(false)
    },
  )

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('sessions of %s are resumed across a reload', async maxVersion => {
    const ours = authority.sign({ hosts: ['visitor'], isClient: true })
    const options = { maxVersion, servername: 'two.test', ...ours }
    const sessions = {
      web: await sessionOf(ports.web, options),
      strict: await sessionOf(ports.strict, options),
    }
    const loaded = world.told('certificate/loaded')
    const { cert, key } = authority.sign({ hosts: ['one.test'] })
    writeFileSync(join(world.dir, 'one.key'), key)
    writeFileSync(join(world.dir, 'one.pem'), cert)
    await until('the new certificate is live', () => world.told('certificate/loaded') > loaded)
    for (const name of ['web', 'strict'] as const) {
      await using after = await shakeHands(ports[name], { ...options, session: sessions[name] })
      expect(after.isResumed).toBe(true)
      await after.send(get('two.test'))
      expect((await after.answer()).status).toBe(200)
    }
  })
})
