// Origins over TLS: whom we trust by default and by the file, what is asked for, and what goes wrong on the way.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type Authority, openAuthority, type Pair } from '../support/certificates.ts'
import {
  type H2Origin,
  type HttpsOrigin,
  startH2Origin,
  startHttpsOrigin,
} from '../support/h2/node-origin.ts'
import { type Stage, startStage } from '../support/stage.ts'

describe('an origin over TLS', () => {
  let authority: Authority
  let stranger: Authority
  let stage: Stage
  let mute: Server
  let plain: Server
  let eager: Server
  const origins: HttpsOrigin[] = []
  let both: H2Origin
  beforeAll(async () => {
    authority = openAuthority('Test Authority')
    stranger = openAuthority('Stranger')
    const start = async (pair: Pair): Promise<HttpsOrigin> => {
      const origin = await startHttpsOrigin(pair)
      origins.push(origin)
      return origin
    }
    const good = await start(authority.sign({ hosts: ['localhost'] }))
    const named = await start(authority.sign({ hosts: ['other.test'] }))
    const address = await start(authority.sign({ hosts: ['127.0.0.1'] }))
    const old = await start(authority.sign({ hosts: ['localhost'], days: -1 }))
    both = await startH2Origin(authority.sign({ hosts: ['localhost'] }))
    mute = createServer(socket => void socket.on('error', () => undefined))
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
    plain = createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    await new Promise<void>(resolve => plain.listen(0, '127.0.0.1', resolve))
    // A whole answer before a byte of TLS: whoever sits in between could have put it there (CVE-2026-1642).
    eager = createServer(socket => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected')
    })
    await new Promise<void>(resolve => eager.listen(0, '127.0.0.1', resolve))
    const early = (eager.address() as { port: number }).port
    const clear = (plain.address() as { port: number }).port
    const silent = (mute.address() as { port: number }).port
    const route = (id: string, url: string, peer: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ url: "${url}", peer: { ${peer} } }] }\n`
    const at = (origin: { port: number }, host = 'localhost'): string => `https://${host}:${origin.port}`
    const ca = 'ca: ca.pem'
    stage = await startStage(
      {
        routes: [
          route('good', at(good), ca),
          route('of-several', at(good), 'ca: [stranger.pem, ca.pem]'),
          route('built-in', at(good), ''),
          route('stranger', at(good), 'ca: stranger.pem'),
          route('expired', at(old), ca),
          route('other-name', at(named), ca),
          route('sni', at(named), `${ca}, sni: other.test`),
          route('no-sni', at(good), `${ca}, sni: ""`),
          route('address', at(address, '127.0.0.1'), ca),
          route('no-address', at(good, '127.0.0.1'), ca),
          route('any-certificate', at(good), 'verify_cert: false'),
          route('any-name', at(named), `${ca}, verify_hostname: false`),
          route('any-name-still-trusted', at(named), 'verify_hostname: false'),
          route('plain', `https://127.0.0.1:${clear}`, ca),
          route('eager', `https://127.0.0.1:${early}`, ca),
          route('mute', `https://127.0.0.1:${silent}`, `${ca}, connection_timeout: 500ms`),
          route('h2', at(both), `${ca}, alpn: h2`),
          route('h2-or-1-gets-2', at(both), `${ca}, alpn: h2h1`),
          route('h2-or-1-gets-1', at(good), `${ca}, alpn: h2h1`),
          route('h2-of-none', at(good), `${ca}, alpn: h2`),
        ].join(''),
      },
      { files: { 'ca.pem': authority.cert, 'stranger.pem': stranger.cert } },
    )
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    for (const origin of origins) await origin[Symbol.asyncDispose]()
    await both?.[Symbol.asyncDispose]()
    mute?.close()
    plain?.close()
    eager?.close()
    authority[Symbol.dispose]()
    stranger[Symbol.dispose]()
  })

  it.each([
    'good',
    'of-several',
    'sni',
    'no-sni',
    'address',
    'any-certificate',
    'any-name',
    'h2-or-1-gets-1',
  ])('%s: is asked', async id => {
    const reply = await stage.ask(`/${id}/x`)
    expect([reply.status, reply.body.toString()]).toEqual([200, 'secure'])
    // On a kept connection as well.
    expect((await stage.ask(`/${id}/y`)).status).toBe(200)
  })

  it('is asked by the name in the url, by another, or by none', async () => {
    const [good, named, address] = origins
    expect(new Set(good?.names)).toEqual(new Set(['localhost', '']))
    expect(named?.names).toContain('other.test')
    expect(new Set(address?.names)).toEqual(new Set(['']))
  })

  it.each<[string, number, string]>([
    ['built-in', 502, 'tls_certificate_error'],
    ['stranger', 502, 'tls_certificate_error'],
    ['expired', 502, 'tls_certificate_error'],
    ['other-name', 502, 'tls_certificate_error'],
    ['no-address', 502, 'tls_certificate_error'],
    ['any-name-still-trusted', 502, 'tls_certificate_error'],
    ['plain', 502, 'tls_protocol_error'],
    ['eager', 502, 'tls_protocol_error'],
    ['mute', 504, 'connection_timeout'],
    ['h2-of-none', 502, 'tls_alert_received'],
  ])('%s: is %i %s, and tells the visitor nothing more', async (id, status, reason) => {
    const start = performance.now()
    const reply = await stage.ask(`/${id}/x`)
    expect(performance.now() - start).toBeLessThan(3000)
    expect(reply.status).toBe(status)
    expect(reply.body.toString()).not.toMatch(/certificate|localhost|127\.0\.0\.1|self|CERT/i)
    const record = await stage.world.accessLine(id, line.askedFor(`/${id}/x`))
    expect(line.reason(record)).toBe(reason)
  })

  it.each(['h2', 'h2-or-1-gets-2'])('%s: speaks HTTP/2', async id => {
    const reply = await stage.ask(`/${id}/x`)
    expect(reply.status).toBe(200)
    expect(JSON.parse(reply.body.toString()).fields).toContainEqual([':scheme', 'https'])
  })
})
