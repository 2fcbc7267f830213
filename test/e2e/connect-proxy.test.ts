// Origins behind a CONNECT proxy: what it is asked, what passes for an answer, and what is said when it fails.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import * as line from '../support/access-line.ts'
import { openAuthority } from '../support/certificates.ts'
import { type ConnectProxy, OPEN, startConnectProxy } from '../support/connect-proxy.ts'
import { type H2Origin, startH2Origin } from '../support/h2/node-origin.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { startTlsOrigin, type TlsOrigin } from '../support/tls-origin.ts'
import { startUnreachable, type Unreachable } from '../support/unreachable.ts'
import { until } from '../support/until.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const SECRET = 'proxy-secret'

/** What a proxy says to a CONNECT, by the path of the route that leads through it. */
const ANSWERS: Readonly<Record<string, readonly [answer: string, detail: RegExp]>> = {
  refused: ['HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n', /^proxy: status 407$/],
  forbidden: ['HTTP/1.0 403 Forbidden\r\n\r\n', /^proxy: status 403$/],
  redirected: ['HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n', /^proxy: status 302$/],
  switched: ['HTTP/1.1 101 Switching Protocols\r\n\r\n', /^proxy: status 101$/],
  garbage: ['SSH-2.0-OpenSSH_9.6\r\n', /^proxy: no answer in HTTP\/1\.1$/],
  'no-status': ['HTTP/1.1 OK\r\n\r\n', /^proxy: no answer in HTTP\/1\.1$/],
  folded: ['HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n', /^proxy: no answer in HTTP\/1\.1$/],
  chunked: [
    'HTTP/1.1 200 OK\r\ntransfer-ENCODING: chunked\r\n\r\n',
    /^proxy: Transfer-Encoding on a tunnel$/,
  ],
  early: [`${OPEN.answer}HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected`, /^proxy: bytes in a tunnel/],
  long: [`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, /^proxy: a head too long$/],
}

describe('through a CONNECT proxy', () => {
  const authority = openAuthority('Test Authority')
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-proxy-'))
  const path = join(folder, 'proxy.sock')
  const proxies = new Map<string, ConnectProxy>()
  let stage: Stage
  let https: TlsOrigin
  let http2: H2Origin
  let clear2: H2Origin
  let sockets: WsOrigin
  let closing: Server
  let unreachable: Unreachable

  beforeAll(async () => {
    https = await startTlsOrigin(authority.sign({ hosts: ['localhost'] }))
    http2 = await startH2Origin(authority.sign({ hosts: ['localhost'] }))
    clear2 = await startH2Origin()
    sockets = await startWsOrigin()
    unreachable = await startUnreachable()
    closing = createServer(socket => socket.on('error', () => undefined).once('data', () => socket.end()))
    await new Promise<void>(resolve => closing.listen(0, '127.0.0.1', resolve))
    const add = async (id: string, ...how: Parameters<typeof startConnectProxy>): Promise<ConnectProxy> => {
      const proxy = await startConnectProxy(...how)
      proxies.set(id, proxy)
      return proxy
    }
    const open = await add('open')
    const created = await add('created', () => ({
      answer:
        'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n',
      isOpen: true,
    }))
    await add('unix', undefined, { path })
    const secure = await add('secure', undefined, { tls: authority.sign({ hosts: ['localhost'] }) })
    const false_ = await add('false', undefined, { tls: authority.sign({ hosts: ['other.test'] }) })
    const there = await add('there', () => ({ ...OPEN, isOpen: false, resets: 'there' }))
    const back = await add('back', () => ({ ...OPEN, resets: 'back' }))
    const silent = await add('silent', () => ({ answer: undefined, isOpen: false }))
    const closed = await freePort()
    const via = (port: number, more = ''): string => `proxy: { uri: "http://127.0.0.1:${port}"${more} }`
    const route = (id: string, url: string, peer: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ url: "${url}", peer: { ${peer} } }] }\n`
    const secret = `, credentials: { username: us, password: "\${env:SECRET}" }, headers: { X-Team: [a, b] }`
    const local = `https://localhost:${https.port}`
    const refusing: string[] = []
    for (const [id, [answer]] of Object.entries(ANSWERS)) {
      const proxy = await add(id, () => ({ answer, isOpen: false }))
      refusing.push(route(id, local, `ca: ca.pem, ${via(proxy.port, secret)}`))
    }
    stage = await startStage(
      originPort => ({
        routes: [
          route('http', `http://127.0.0.1:${originPort}`, via(open.port)),
          route('https', local, `ca: ca.pem, ${via(open.port, secret)}`),
          route('v6', 'http://[::1]:8', via(open.port)),
          route('name', 'http://never-resolved.test', via(created.port)),
          route('created', local, `ca: ca.pem, ${via(created.port)}`),
          route('unix', local, `ca: ca.pem, proxy: { uri: "unix:${path}" }`),
          route('unix-http', `http://localhost:${originPort}`, `proxy: { uri: "unix:${path}" }`),
          route('secure', local, `ca: ca.pem, proxy: { uri: "https://localhost:${secure.port}" }`),
          route(
            'secure-http',
            `http://127.0.0.1:${originPort}`,
            `ca: ca.pem, proxy: { uri: "https://localhost:${secure.port}" }`,
          ),
          route('sockets', `http://localhost:${sockets.port}`, via(open.port)),
          route('h2', `https://localhost:${http2.port}`, `ca: ca.pem, alpn: h2, ${via(open.port)}`),
          route('h2h1', local, `ca: ca.pem, alpn: h2h1, ${via(open.port)}`),
          route('h2c', `http://localhost:${clear2.port}`, `alpn: h2c, ${via(open.port)}`),
          route(
            'false',
            `https://localhost:${https.port}`,
            `verify_cert: false, ca: ca.pem, proxy: { uri: "https://localhost:${false_.port}" }`,
          ),
          route('reset-there', local, `ca: ca.pem, ${via(there.port)}`),
          route('reset-back', local, `ca: ca.pem, ${via(back.port)}`),
          route('gone', local, `ca: ca.pem, ${via(closed, secret)}`),
          route('closing', local, `ca: ca.pem, ${via((closing.address() as { port: number }).port)}`),
          route('silent', local, `ca: ca.pem, connection_timeout: 400ms, ${via(silent.port)}`),
          route('silent-total', local, `ca: ca.pem, total_connection_timeout: 300ms, ${via(silent.port)}`),
          route('unreachable', local, `ca: ca.pem, connection_timeout: 400ms, ${via(unreachable.port)}`),
          ...refusing,
        ].join(''),
      }),
      { files: { 'ca.pem': authority.cert }, env: { SECRET } },
    )
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]()
    for (const origin of [https, http2, clear2, sockets, unreachable]) await origin?.[Symbol.asyncDispose]()
    closing?.close()
    authority[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })

  it.each(['https', 'created', 'unix', 'secure', 'h2h1'])('%s: an origin over TLS answers', async id => {
    for (const path of ['x', 'y']) {
      const reply = await stage.ask(`/${id}/${path}`)
      expect([reply.status, reply.body.toString()]).toEqual([200, 'secure'])
    }
    expect(https.seen.at(-1)?.name).toBe('localhost')
  })

  it.each(['http', 'unix-http', 'secure-http'])(
    '%s: an origin in plain text too, and its bodies',
    async id => {
      const body = 'b'.repeat(300_000)
      for (const path of ['x', 'y']) {
        const reply = await stage.ask(`/${id}/${path}`, { method: 'POST', body })
        expect(reply.status).toBe(200)
      }
      expect(stage.origin.at(`/${id}/y`)[0]?.body.length).toBe(body.length)
    },
  )

  it.each(['h2', 'h2c'])('%s: speaks HTTP/2', async id => {
    for (const path of ['x', 'y']) expect((await stage.ask(`/${id}/${path}`)).status).toBe(200)
  })

  it('a WebSocket goes through, in both directions', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/sockets/x`)
    await once(socket, 'open')
    const message = 'm'.repeat(100_000)
    for (let n = 0; n < 3; n++) {
      const answer = once(socket, 'message')
      socket.send(message)
      expect(String((await answer)[0])).toBe(message)
    }
    socket.close()
    await once(socket, 'close')
  })

  it('is asked for host and port, with credentials and headers of its own, once for a kept connection', async () => {
    const { asked = [] } = proxies.get('open') ?? {}
    const basic = Buffer.from(`us:${SECRET}`).toString('base64')
    expect(asked.filter(head => head.includes('X-Team'))).toEqual([
      [
        `CONNECT localhost:${https.port} HTTP/1.1`,
        `Host: localhost:${https.port}`,
        `Proxy-Authorization: Basic ${basic}`,
        'X-Team: a',
        'X-Team: b',
      ].join('\r\n'),
    ])
    const plain = `CONNECT 127.0.0.1:${stage.origin.port} HTTP/1.1\r\nHost: 127.0.0.1:${stage.origin.port}`
    expect(asked.filter(head => head === plain)).toHaveLength(1)
    // Neither leads anywhere; what they are asked by is ours.
    await stage.ask('/v6/x')
    expect(asked).toContain('CONNECT [::1]:8 HTTP/1.1\r\nHost: [::1]:8')
    await stage.ask('/name/x')
    expect(proxies.get('created')?.asked).toContain(
      'CONNECT never-resolved.test:80 HTTP/1.1\r\nHost: never-resolved.test:80',
    )
  })

  it.each([
    ...Object.entries(ANSWERS).map(([id, [, detail]]) => [id, 'proxy_connect_error', detail] as const),
    ['closing', 'proxy_connect_error', /^proxy: closed without an answer$/],
    ['reset-there', 'connection_terminated', /^ECONNRESET$/],
    ['reset-back', 'connection_terminated', /^ECONNRESET$/],
    ['gone', 'connection_refused', /^proxy: ECONNREFUSED$/],
    ['false', 'tls_certificate_error', /^proxy: ERR_TLS_CERT_ALTNAME_INVALID$/],
  ] as const)('%s: is 502 %s, and tells the visitor nothing more', async (id, reason, detail) => {
    const reply = await stage.ask(`/${id}/x`)
    expect(reply.status).toBe(502)
    expect(reply.body.toString()).not.toMatch(/proxy|407|localhost|127\.0\.0\.1/i)
    const record = await stage.world.accessLine(id, line.askedFor(`/${id}/x`))
    expect(line.reason(record)).toBe(reason)
    expect(line.detail(record)).toMatch(detail)
  })

  it.each([
    ['silent', 400, 'connection_timeout'],
    ['silent-total', 300, 'total_connection_timeout'],
    ['unreachable', 400, 'connection_timeout'],
  ])('%s: is 504 after %i ms', async (id, limit, key) => {
    const start = performance.now()
    const reply = await stage.ask(`/${id}/x`)
    const took = performance.now() - start
    expect(reply.status).toBe(504)
    expect(took).toBeGreaterThan(limit - 5)
    const record = await stage.world.accessLine(id, line.askedFor(`/${id}/x`))
    expect([line.reason(record), line.detail(record)]).toEqual(['connection_timeout', key])
  })

  it('leaves no connection behind that failed', async () => {
    for (const id of [...Object.keys(ANSWERS), 'silent', 'there', 'back', 'false'])
      await until(`${id} has no connection`, () => proxies.get(id)?.live === 0)
  })

  it('no password is in any log', () => {
    const said = JSON.stringify([stage.world.access, stage.world.events])
    expect(said).not.toContain(SECRET)
    expect(said).not.toContain(Buffer.from(`us:${SECRET}`).toString('base64'))
  })
})
