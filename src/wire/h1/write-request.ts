// Writes the request head that an origin gets: runs of untouched lines are copied as one slice, framing and the forwarding
// fields are ours (design engine, "Headers to the origin").
import { type FieldEdits, isDropped } from '../../http/edits.ts'
import type { RequestMessage } from '../message.ts'
import type { ConnectionField } from './connection-field.ts'
import { CHUNKED } from './framing.ts'
import type { Head } from './head.ts'
import { CANONICAL_LENGTH, endingFields } from './hop-by-hop.ts'
import { ALIAS, FIELD } from './names.ts'

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
  /** Goes on as a WebSocket handshake. */
  readonly isUpgrade: boolean
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

/** By field number: 1 for lines that never go on as they came; the few that do return are written anew. */
const ENDS_HERE: Uint8Array = endingFields([
  // A request field named Proxy becomes HTTP_PROXY in a CGI (httpoxy, CVE-2016-5385).
  FIELD.proxy,
  FIELD.xForwardedFor,
  FIELD.xForwardedHost,
  FIELD.xForwardedProto,
  FIELD.xForwardedPort,
  FIELD.xForwardedPrefix,
  FIELD.xRealIp,
  FIELD.forwarded,
  FIELD.xRequestId,
  // X_Forwarded_For and X-Forwarded-For are one variable to a CGI, a WSGI or a PHP program, and so are Content_Length and its kin.
  ALIAS,
])

/** Whether the body goes on in chunks: it came so, or its Content-Length was nominated away. */
export function goesChunked(request: RequestMessage, connection: ConnectionField): boolean {
  if (request.framing === CHUNKED) return true
  return request.framing > 0 && connection.nominated.has('content-length')
}

/** The whole head, blank line included, as latin1 text. */
export function writeRequestHead(
  request: RequestMessage,
  connection: ConnectionField,
  plan: RequestPlan,
): string {
  const { head } = request
  const isChunked = goesChunked(request, connection)
  let text = `${request.line.method} ${plan.target} HTTP/1.1\r\n`
  let runStart = request.line.end
  for (let index = 0; index < head.count; index++) {
    const instead = replacement(request, connection, plan, index)
    if (instead === undefined) continue
    text += head.text.slice(runStart, head.starts[index]) + instead
    runStart = head.end(index)
  }
  text += head.text.slice(runStart, head.starts[head.count])
  if (head.counts[FIELD.host] === 0) text += `Host: ${plan.host}\r\n`
  if (plan.edits === undefined) text += plan.ours.joined + plan.requestIdLine
  else text += remainingOurs(plan, plan.edits) + plan.edits.lines
  if (plan.webSocketKey !== undefined) text += `Sec-WebSocket-Key: ${plan.webSocketKey}\r\n`
  if (plan.isUpgrade) text += 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  else if (plan.close) text += 'Connection: close\r\n'
  if (isChunked) text += 'Transfer-Encoding: chunked\r\n'
  return `${text}\r\n`
}

/** What stands in place of line `index`: undefined for the line itself, `''` for nothing. */
function replacement(
  request: RequestMessage,
  connection: ConnectionField,
  plan: RequestPlan,
  index: number,
): string | undefined {
  const { head } = request
  const id = head.ids[index] ?? 0
  if (id === FIELD.host) return `Host: ${plan.host}\r\n`
  if (ENDS_HERE[id] === 1) return id === FIELD.te && asksForTrailers(head, index) ? 'TE: trailers\r\n' : ''
  if (id === FIELD.contentLength) return contentLength(request, connection)
  if (id === FIELD.expect && !request.expectsContinue) return ''
  if (connection.nominated.size > 0 && connection.nominated.has(head.name(index).toLowerCase())) return ''
  if (plan.edits !== undefined && isDropped(plan.edits, head.name(index))) return ''
  return undefined
}

function asksForTrailers(head: Head, index: number): boolean {
  return head
    .value(index)
    .split(',')
    .some(part => part.trim().toLowerCase() === 'trailers')
}

/** A length that was nominated goes (the body is chunked instead), one with leading zeros is written anew. */
function contentLength(request: RequestMessage, connection: ConnectionField): string | undefined {
  if (connection.nominated.has('content-length')) return ''
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
