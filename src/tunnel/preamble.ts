// The first words on every stream: which connection the server wants, and what became of it (reference, stream preamble).
// A frame is four bytes of length, big-endian, and as much JSON; keys that nobody knows are ignored.
import { parseHostPort } from '../base/host-port.ts'
import { jsonMembers } from '../base/json.ts'

/** Longer ones are refused unread. */
export const MAX_FRAME: number = 16 * 1024
const LENGTH_BYTES = 4
const VERSION = 1

export interface OpenRequest {
  /** Of the exchange that wants the connection, for the agent's log. */
  readonly requestId: string
  readonly host: string
  readonly port: number
}

/** What an agent says when it can't; others may come from later versions. */
export type OpenErrorKind =
  | 'dial_failed'
  | 'dial_timeout'
  | 'dial_forbidden'
  | 'agent_capacity'
  | 'unsupported_version'
  | 'invalid_open_request'
  | 'open_request_timeout'

export interface OpenRefusal {
  readonly ok: false
  readonly kind: string
  /** For logs. */
  readonly detail: string
}

export type OpenAnswer = { readonly ok: true } | OpenRefusal

/** A value in a frame. */
export function frame(value: object): Buffer {
  const json = Buffer.from(JSON.stringify(value))
  const length = Buffer.allocUnsafe(LENGTH_BYTES)
  length.writeUInt32BE(json.length)
  return Buffer.concat([length, json])
}

/** The server's frame. `address` is `host:port`, an IPv6 host in brackets. */
export function writeOpen(requestId: string, address: string): Buffer {
  return frame({ version: VERSION, request_id: requestId, network: 'tcp', address })
}

/** The agent's frame. */
export function writeAnswer(answer: OpenAnswer): Buffer {
  if (answer.ok) return frame({ ok: true })
  const { kind, detail } = answer
  return frame({ ok: false, error_kind: kind, ...(detail === '' ? {} : { error: detail.slice(0, 1000) }) })
}

/** What a reader made of the bytes so far. */
export type FrameRead =
  | 'more'
  | 'too_long'
  | { readonly text: string /** Bytes behind the frame. */; readonly rest: Buffer }

/** Reads one frame from pieces of any size. Call it until it returns something else than `more`. */
export function frameReader(): (piece: Buffer) => FrameRead {
  let bytes: Buffer = Buffer.alloc(0)
  return piece => {
    bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece])
    if (bytes.length < LENGTH_BYTES) return 'more'
    const length = bytes.readUInt32BE()
    if (length > MAX_FRAME) return 'too_long'
    const end = LENGTH_BYTES + length
    if (bytes.length < end) return 'more'
    return { text: bytes.toString('utf8', LENGTH_BYTES, end), rest: bytes.subarray(end) }
  }
}

function refused(kind: OpenErrorKind, detail: string): OpenRefusal {
  return { ok: false, kind, detail }
}

/** What the agent is asked for, or its answer to what it can't understand. */
export function parseOpen(text: string): ({ readonly ok: true } & OpenRequest) | OpenRefusal {
  const open = jsonMembers(text)
  if (open === undefined) return refused('invalid_open_request', 'no JSON object')
  if (open['version'] !== VERSION) return refused('unsupported_version', `version ${String(open['version'])}`)
  const { request_id: requestId, network, address } = open
  if (typeof network !== 'string' || network.trim().toLowerCase() !== 'tcp')
    return refused('invalid_open_request', 'network is not tcp')
  const where = typeof address === 'string' ? parseHostPort(address) : undefined
  if (where === undefined) return refused('invalid_open_request', 'address is not host:port')
  return { ok: true, requestId: typeof requestId === 'string' ? requestId : '', ...where }
}

/** What the server was answered; undefined when that isn't an answer. */
export function parseAnswer(text: string): OpenAnswer | undefined {
  const answer = jsonMembers(text)
  if (answer?.['ok'] === true) return { ok: true }
  if (answer?.['ok'] !== false) return undefined
  const { error_kind: kind, error } = answer
  return {
    ok: false,
    kind: typeof kind === 'string' ? kind : '',
    detail: typeof error === 'string' ? error : '',
  }
}
