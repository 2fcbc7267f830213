// Writes the request head that an origin gets: runs of untouched lines are copied as one slice, framing and the forwarding
// fields are ours (design engine, "Headers to the origin").
import { withoutCookies } from '../../http/cookie.ts'
import { type FieldEdits, isDropped } from '../../http/edits.ts'
import type { RequestPolicy } from '../../http/request-policy.ts'
import type { RequestMessage } from '../message.ts'
import type { ConnectionField } from './connection-field.ts'
import { CHUNKED } from './framing.ts'
import { endsHere, nominatedAway } from './going-on.ts'
import type { Head } from './head.ts'
import { CANONICAL_LENGTH } from './hop-by-hop.ts'
import { FIELD } from './names.ts'

/** What the engine decided about one request on its way to one origin. */
export interface RequestPlan {
  /** Raw path and query. */
  readonly target: string
  /** The value of Host. */
  readonly host: string
  readonly ours: OurFields
  /** `X-Request-Id: …` with its CRLF. */
  readonly requestIdLine: string
  readonly edits: FieldEdits | undefined
  /** Names of cookies that are between the visitor and us. */
  readonly ownCookies: readonly string[]
  /** Which of the visitor's own lines go on. */
  readonly policy: RequestPolicy
  /** The protocols that it asks to change to, in lower case: `websocket`, or under `preserve` whatever Upgrade says. */
  readonly upgrade: string | undefined
  /** Our Sec-WebSocket-Key for a visitor whose protocol has none. */
  readonly webSocketKey: string | undefined
  /** The connection is not to be used again. */
  readonly close: boolean
}

/** The forwarding fields of one visitor's connection, as ready lines; a route's edits may take any of them away. */
export interface OurFields {
  readonly lines: readonly (readonly [lowerName: string, line: string])[]
  /** All of them. */
  readonly joined: string
}

/** Whether the body goes on in chunks: it came so, or its Content-Length was nominated away. */
export function goesChunked(
  request: RequestMessage,
  connection: ConnectionField,
  policy: RequestPolicy,
): boolean {
  if (request.framing === CHUNKED) return true
  return request.framing > 0 && nominatedAway(request, connection, policy).has('content-length')
}

/** The whole head, blank line included, as latin1 text. */
export function writeRequestHead(
  request: RequestMessage,
  connection: ConnectionField,
  plan: RequestPlan,
): string {
  const { head } = request
  const ends = endsHere(request, plan.policy)
  const nominated = nominatedAway(request, connection, plan.policy)
  let text = `${request.line.method} ${plan.target} HTTP/1.1\r\n`
  let runStart = head.start
  for (let index = 0; index < head.count; index++) {
    const instead = replacement(request, plan, ends, nominated, index)
    if (instead === undefined) continue
    text += head.text.slice(runStart, head.starts[index]) + instead
    runStart = head.end(index)
  }
  text += head.text.slice(runStart, head.starts[head.count])
  if (head.counts[FIELD.host] === 0) text += `Host: ${plan.host}\r\n`
  if (plan.edits === undefined) text += plan.ours.joined + plan.requestIdLine
  else text += remainingOurs(plan, plan.edits) + plan.edits.lines
  if (plan.webSocketKey !== undefined) text += `Sec-WebSocket-Key: ${plan.webSocketKey}\r\n`
  if (plan.upgrade === undefined) {
    if (plan.close) text += 'Connection: close\r\n'
  } else if (ends[FIELD.upgrade] === 1 || head.counts[FIELD.upgrade] === 0) {
    text += 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  }
  if (goesChunked(request, connection, plan.policy)) text += 'Transfer-Encoding: chunked\r\n'
  return `${text}\r\n`
}

/** What stands in place of line `index`: undefined for the line itself, `''` for nothing. */
function replacement(
  request: RequestMessage,
  plan: RequestPlan,
  ends: Uint8Array,
  nominated: ReadonlySet<string>,
  index: number,
): string | undefined {
  const { head } = request
  const id = head.ids[index] ?? 0
  if (id === FIELD.host) return `Host: ${plan.host}\r\n`
  if (id === FIELD.contentLength) return contentLength(request, nominated)
  if (id === FIELD.expect && !request.expectsContinue) return ''
  if (ends[id] === 1 || (nominated.size > 0 && nominated.has(head.name(index).toLowerCase()))) {
    const isKept = id === FIELD.te && plan.policy.keepTeTrailers && asksForTrailers(head, index)
    return isKept ? 'TE: trailers\r\n' : ''
  }
  if (plan.edits !== undefined && isDropped(plan.edits, head.name(index))) return ''
  return id === FIELD.cookie && plan.ownCookies.length > 0
    ? cookieLine(head, index, plan.ownCookies)
    : undefined
}

/** A Cookie line without our own cookies. */
function cookieLine(head: Head, index: number, own: readonly string[]): string | undefined {
  const value = head.value(index)
  const kept = withoutCookies(value, own)
  if (kept === value) return undefined
  return kept === '' ? '' : `${head.name(index)}: ${kept}\r\n`
}

function asksForTrailers(head: Head, index: number): boolean {
  return head
    .value(index)
    .split(',')
    .some(part => part.trim().toLowerCase() === 'trailers')
}

/** A length that was nominated goes (the body is chunked instead), one with leading zeros is written anew. */
function contentLength(request: RequestMessage, nominated: ReadonlySet<string>): string | undefined {
  if (nominated.has('content-length')) return ''
  const written = request.head.known(FIELD.contentLength) ?? ''
  return CANONICAL_LENGTH.test(written) ? undefined : `Content-Length: ${request.framing}\r\n`
}

function remainingOurs(plan: RequestPlan, edits: FieldEdits): string {
  let text = ''
  for (const [name, line] of plan.ours.lines) if (!isDropped(edits, name)) text += line
  return isDropped(edits, 'x-request-id') ? text : text + plan.requestIdLine
}

/** The lines of a trailer section, without its blank line. */
export function trailerLines(trailers: Head): string {
  return trailers.text.slice(trailers.starts[0], trailers.starts[trailers.count])
}
