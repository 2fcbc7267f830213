// What is asked of every proxy: one wrk script and one kind of answer each.
import type { Field } from '../support/incoming.ts'

export interface Load {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Bytes of the request body. */
  readonly bodyBytes: number
  readonly connections: number
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
  method: 'GET',
  path,
  bodyBytes: 0,
  connections,
  isClosing: false,
})

export const LOADS: readonly Load[] = [
  get('get1k', '/1k', 64),
  { ...get('post10k', '/post', 64), method: 'POST', bodyBytes: 10_240 },
  get('get100k', '/100k', 32),
  get('get10m', '/10m', 8),
  { ...get('close1k', '/1k', 64), isClosing: true },
]

/** The files that the origin serves: path to bytes. */
export const FILES: readonly (readonly [name: string, bytes: number])[] = [
  ['1k', 1024],
  ['100k', 102_400],
  ['10m', 10_485_760],
]

/** wrk reads its request from Lua. */
export function wrkScript(load: Load): string {
  const fields: readonly Field[] = [
    ['Host', HOST],
    ...BROWSER_FIELDS,
    ...(load.isClosing ? [['Connection', 'close'] as const] : []),
  ]
  return [
    `wrk.method = "${load.method}"`,
    `wrk.path = "${load.path}"`,
    ...(load.bodyBytes > 0 ? [`wrk.body = string.rep("x", ${load.bodyBytes})`] : []),
    ...fields.map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
  ].join('\n')
}
