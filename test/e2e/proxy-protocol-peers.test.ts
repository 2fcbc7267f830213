// The PROXY protocol as others speak it: curl, HAProxy and nginx in front.
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as access from '../support/access-line.ts'
import { isInstalled, startFront } from '../support/front.ts'
import { fieldValue } from '../support/incoming.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, type Reply, visit } from '../support/raw.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { startWorld, type World } from '../support/world.ts'

const run = promisify(execFile)

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const STRANGER = '127.0.0.66'

let origin: Origin
let world: World
let strict: number
let easy: number
let secure: number

beforeAll(async () => {
  origin = await startOrigin()
  strict = await freePort()
  easy = await freePort()
  secure = await freePort()
  const config = `version: 1
server: { trusted_proxies: [127.0.0.1] }
listeners:
  strict: { protocol: http, bind: "", port: ${strict}, proxy_protocol: require }
  easy: { protocol: http, bind: "", port: ${easy}, proxy_protocol: accept }
  secure: { protocol: https, bind: "", port: ${secure}, proxy_protocol: require }
certificates:
  site: { self_signed: {} }
routes:
  all:
    listener: [strict, easy, secure]
    default: true
    forward: { targets: [{ url: "http://127.0.0.1:${origin.port}" }] }
`
  world = await startWorld({ config, ready: [strict, easy, secure] })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

/** What the origin was told of the visitor. */
function told(reply: Reply): {
  readonly forwardedFor: string | undefined
  readonly realIp: string | undefined
} {
  const { fields } = JSON.parse(reply.body.toString())
  return { forwardedFor: fieldValue(fields, 'x-forwarded-for'), realIp: fieldValue(fields, 'x-real-ip') }
}

const STRANGERS = { forwardedFor: STRANGER, realIp: STRANGER }

describe.skipIf(!isInstalled('curl', '--version'))('curl --haproxy-protocol', () => {
  it.each([
    ['required', () => strict],
    ['accepted', () => easy],
    ['required, before TLS', () => secure],
  ])('is understood where it is %s', async (_, port) => {
    const url = `${port() === secure ? 'https' : 'http'}://127.0.0.1:${port()}/`
    const { stdout } = await run('curl', ['-sSk', '--max-time', '10', '--http1.1', '--haproxy-protocol', url])
    expect(fieldValue(JSON.parse(stdout).fields, 'x-real-ip')).toBe('127.0.0.1')
  })
})

/** HAProxy's file to pass bytes on to one server. */
const passingOn = (port: number, server: string): string => `defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  server one ${server}
`

describe.skipIf(!isInstalled('haproxy', '-v'))('HAProxy in front', () => {
  it.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options crc32c,authority,unique-id'])(
    'hands its visitor on with %s',
    async words => {
      const port = await freePort()
      const file = join(world.dir, `haproxy-${port}.cfg`)
      writeFileSync(file, passingOn(port, `127.0.0.1:${strict} source 127.0.0.1 ${words}`))
      await using _front = await startFront('haproxy', ['-db', '-f', file], port)
      const reply = await ask('/', { port, from: STRANGER })
      expect(told(reply)).toEqual(STRANGERS)
    },
  )

  it('hands its visitor on before TLS that it only passes on', async () => {
    const port = await freePort()
    const file = join(world.dir, `haproxy-${port}.cfg`)
    writeFileSync(file, passingOn(port, `127.0.0.1:${secure} source 127.0.0.1 send-proxy-v2`))
    await using _front = await startFront('haproxy', ['-db', '-f', file], port)
    const raw = await visit({ port, from: STRANGER })
    await using visitor = await shakeHands(port, { socket: raw.socket })
    await visitor.send(REQUEST)
    expect(told(await visitor.answer())).toEqual(STRANGERS)
  })

  it('checks its servers with LOCAL', async () => {
    const port = await freePort()
    const file = join(world.dir, `haproxy-${port}.cfg`)
    writeFileSync(
      file,
      `defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  option httpchk GET /checked
  server one 127.0.0.1:${strict} source 127.0.0.1 send-proxy-v2 check inter 100ms
`,
    )
    await using _front = await startFront('haproxy', ['-db', '-f', file], port)
    const record = await world.accessLine('a check', access.askedFor('/checked'))
    expect(access.client(record)).toBe('127.0.0.1')
    expect(access.status(record)).toBe(200)
  })
})

const STREAM = [
  '/usr/lib/nginx/modules/ngx_stream_module.so',
  '/usr/share/nginx/modules/ngx_stream_module.so',
].find(existsSync)
if (STREAM === undefined) console.warn('nginx has no stream module: its tests are skipped')

describe.skipIf(!isInstalled('nginx', '-v') || STREAM === undefined)('nginx in front', () => {
  it('hands its visitor on with proxy_protocol on', async () => {
    const port = await freePort()
    const file = join(world.dir, 'nginx.conf')
    writeFileSync(
      file,
      `load_module ${STREAM};
daemon off;
pid ${world.dir}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 64; }
stream {
  server {
    listen 127.0.0.1:${port};
    proxy_protocol on;
    proxy_bind 127.0.0.1;
    proxy_pass 127.0.0.1:${strict};
  }
}
`,
    )
    await using _front = await startFront('nginx', ['-c', file, '-e', 'stderr'], port)
    const reply = await ask('/', { port, from: STRANGER })
    expect(told(reply)).toEqual(STRANGERS)
  })
})
