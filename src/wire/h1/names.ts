// The field names that the codec and the engine treat specially, each with a small number, found while a name is being checked.

export const FIELD = {
  other: 0,
  host: 1,
  connection: 2,
  contentLength: 3,
  transferEncoding: 4,
  expect: 5,
  upgrade: 6,
  te: 7,
  keepAlive: 8,
  proxyConnection: 9,
  proxyAuthorization: 10,
  proxyAuthenticate: 11,
  trailer: 12,
  http2Settings: 13,
  proxy: 14,
  xForwardedFor: 15,
  xForwardedHost: 16,
  xForwardedProto: 17,
  xForwardedPort: 18,
  xForwardedPrefix: 19,
  xRealIp: 20,
  forwarded: 21,
  xRequestId: 22,
  userAgent: 23,
  referer: 24,
  traceparent: 25,
  webSocketKey: 26,
  webSocketVersion: 27,
  webSocketAccept: 28,
  authorization: 29,
  cookie: 30,
} as const

export type FieldId = (typeof FIELD)[keyof typeof FIELD]

/** By number; the words that fields are compared with are lower case. */
export const FIELD_NAMES: readonly string[] = [
  '',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'trailer',
  'http2-settings',
  'proxy',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'forwarded',
  'x-request-id',
  'user-agent',
  'referer',
  'traceparent',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-accept',
  'authorization',
  'cookie',
]

/** In place of a number: a known name with `_` for some `-`. */
export const ALIAS = 63

/** Slots of the hash table below; a power of two. */
const SLOTS = 4096

/** One step of the hash that the field loop computes over folded characters. */
export function hashStep(hash: number, lower: number): number {
  return (Math.imul(hash, 31) + lower) | 0
}

/** Where a finished hash looks itself up. */
export function slotOf(hash: number): number {
  return (hash ^ (hash >>> 12)) & (SLOTS - 1)
}

function hashOfName(name: string): number {
  let hash = 0
  for (let index = 0; index < name.length; index++) hash = hashStep(hash, name.charCodeAt(index))
  return hash
}

function buildTable(): Uint8Array {
  const table = new Uint8Array(SLOTS)
  FIELD_NAMES.forEach((name, id) => {
    if (id === 0) return
    const slot = slotOf(hashOfName(name))
    if (table[slot] !== 0)
      throw new Error(`field names ${name} and ${FIELD_NAMES[table[slot] ?? 0]} share a slot: change SLOTS`)
    table[slot] = id
  })
  return table
}

/** Slot to candidate number; the name still has to be compared. */
export const FIELD_TABLE: Uint8Array = buildTable()

/** The number of a lower-case name, 0 for any other. */
export function fieldId(lowerName: string): number {
  const id = FIELD_TABLE[slotOf(hashOfName(lowerName))] ?? 0
  return FIELD_NAMES[id] === lowerName ? id : 0
}
