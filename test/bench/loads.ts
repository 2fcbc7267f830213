// What is asked of every proxy: one request of wrk or h2load and one kind of answer each.
import type { Field } from '../support/incoming.ts'

/** In the clear, over TLS, and HTTP/2 over TLS. */
export type Protocol = 'http' | 'https' | 'h2'

export interface Load {
  readonly name: string
  readonly protocol: Protocol
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Bytes of the request body. */
  readonly bodyBytes: number
  readonly connections: number
  /** Requests under way on each connection; more than one with HTTP/2 only. */
  readonly streams: number
  /** A new connection for each request. */
  readonly isClosing: boolean
}

/** The host that every proxy routes. */
export const HOST = 'bench.test'

/** What a browser sends beside Host. */
export const BROWSER_FIELDS: readonly Field[] = [
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
  ['Accept-Language', 'en-GB,en;q=0.7,de;q=0.3'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Referer', 'https://bench.test/catalogue/list?page=2&sort=price'],
  ['Cookie', 'session=0b7c4d1e9f3a48d2a6f5; theme=dark; consent=1.0.1.1; lang=en'],
  ['DNT', '1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Cache-Control', 'max-age=0'],
]

const get = (name: string, path: string, connections: number): Load => ({
  name,
  protocol: 'http',
  method: 'GET',
  path,
  bodyBytes: 0,
  connections,
  streams: 1,
  isClosing: false,
})

export const LOADS: readonly Load[] = [
  get('get1k', '/1k', 64),
  { ...get('post10k', '/post', 64), method: 'POST', bodyBytes: 10_240 },
  { ...get('post1m', '/post', 16), method: 'POST', bodyBytes: 1_000_000 },
  get('get100k', '/100k', 32),
  get('get10m', '/10m', 8),
  { ...get('close1k', '/1k', 64), isClosing: true },
  { ...get('tls1k', '/1k', 64), protocol: 'https' },
  { ...get('tlsclose1k', '/1k', 64), protocol: 'https', isClosing: true },
  { ...get('h2tls1k', '/1k', 16), protocol: 'h2', streams: 32 },
]

/** The files that the origin serves: path to bytes. */
export const FILES: readonly (readonly [name: string, bytes: number])[] = [
  ['1k', 1024],
  ['100k', 102_400],
  ['10m', 10_485_760],
]

/** wrk reads its request from Lua; it names HOST in the handshake and connects to this machine all the same. */
export function wrkScript(load: Load): string {
  const fields: readonly Field[] = [
    ['Host', HOST],
    ...BROWSER_FIELDS,
    ...(load.isClosing ? [['Connection', 'close'] as const] : []),
  ]
  return [
    'wrk.resolve = function(_, service) wrk.addrs = wrk.lookup("127.0.0.1", service) end',
    `wrk.method = "${load.method}"`,
    `wrk.path = "${load.path}"`,
    ...(load.bodyBytes > 0 ? [`wrk.body = string.rep("x", ${load.bodyBytes})`] : []),
    ...fields.map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
  ].join('\n')
}
