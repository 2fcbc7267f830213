// Writes the response heads that a visitor gets: an origin's, copied in runs with our own framing, or an answer of ours.
import type { Answer } from '../../http/answer.ts'
import { type FieldEdits, isDropped } from '../../http/edits.ts'
import { reasonPhrase } from '../../http/status.ts'
import { acceptOf } from '../../http/websocket.ts'
import type { ResponseMessage } from '../message.ts'
import type { ConnectionField } from './connection-field.ts'
import { CANONICAL_LENGTH, endingFields, HOP_BY_HOP } from './hop-by-hop.ts'
import { FIELD } from './names.ts'

/** How the message ends for this visitor. */
export interface ResponsePlan {
  readonly edits: FieldEdits | undefined
  /** Transfer-Encoding: chunked is written; else the length stands in the fields, or the connection's end is the end. */
  readonly isChunked: boolean
  /** `''` or a ready `Connection: …` line. */
  readonly connectionLine: string
}

const ENDS_HERE: Uint8Array = endingFields(HOP_BY_HOP)

/** The origin's final response head for a visitor, blank line included, as latin1 text. */
export function writeResponseHead(
  response: ResponseMessage,
  connection: ConnectionField,
  plan: ResponsePlan,
): string {
  let text = `HTTP/1.1 ${response.line.status} ${response.line.reason}\r\n${copyFields(response, connection, plan.edits)}`
  if (plan.edits !== undefined) text += plan.edits.lines
  if (plan.isChunked) text += 'Transfer-Encoding: chunked\r\n'
  else if (isSilentlyEmpty(response)) text += 'Content-Length: 0\r\n'
  return `${text}${plan.connectionLine}\r\n`
}

/** HTTP/2 can end a response with its head, and need not say that it is empty. */
function isSilentlyEmpty({ framing, isBodiless, head }: ResponseMessage): boolean {
  return framing === 0 && !isBodiless && head.counts[FIELD.contentLength] === 0
}

/** A 1xx head on its way through; the route's edits don't touch it. */
export function writeInterimHead(response: ResponseMessage, connection: ConnectionField): string {
  return `HTTP/1.1 ${response.line.status} ${response.line.reason}\r\n${copyFields(response, connection, undefined)}\r\n`
}

/** The 101 behind which another protocol begins: exactly our two upgrade lines and the origin's other fields. */
export function writeSwitchingHead(
  response: ResponseMessage,
  connection: ConnectionField,
  key: string | undefined,
  cookie?: string,
): string {
  let fields = copyFields(response, connection, undefined)
  const named = response.head.allKnown(FIELD.upgrade).join(', ')
  const protocol = response.line.status === 200 || /^websocket$/i.test(named) ? 'websocket' : named
  // The 200 of an extended CONNECT answers no key (RFC 8441 5.2): we do.
  if (response.line.status === 200 && key !== undefined)
    fields += `Sec-WebSocket-Accept: ${acceptOf(key)}\r\n`
  if (cookie !== undefined) fields += `Set-Cookie: ${cookie}\r\n`
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${fields}\r\n`
}

function copyFields(
  response: ResponseMessage,
  connection: ConnectionField,
  edits: FieldEdits | undefined,
): string {
  const { head } = response
  let text = ''
  let runStart = head.start
  for (let index = 0; index < head.count; index++) {
    const instead = replacement(response, connection, edits, index)
    if (instead === undefined) continue
    text += head.text.slice(runStart, head.starts[index]) + instead
    runStart = head.end(index)
  }
  return text + head.text.slice(runStart, head.starts[head.count])
}

/** The value with which line `index` of a response goes on; undefined when it doesn't. */
export function keptResponseField(
  response: ResponseMessage,
  connection: ConnectionField,
  edits: FieldEdits | undefined,
  index: number,
): string | undefined {
  const instead = replacement(response, connection, edits, index)
  if (instead === undefined) return response.head.value(index)
  return instead === '' ? undefined : instead.slice(instead.indexOf(':') + 2, -2)
}

/** What stands in place of line `index`: undefined for the line itself, `''` for nothing. */
function replacement(
  response: ResponseMessage,
  connection: ConnectionField,
  edits: FieldEdits | undefined,
  index: number,
): string | undefined {
  const { head, line } = response
  const id = head.ids[index] ?? 0
  if (ENDS_HERE[id] === 1) return ''
  if (id === FIELD.contentLength) {
    if (line.status === 204 || line.status < 200 || connection.nominated.has('content-length')) return ''
    const written = head.known(FIELD.contentLength) ?? ''
    return CANONICAL_LENGTH.test(written) ? undefined : `Content-Length: ${Number(written)}\r\n`
  }
  if (connection.nominated.size > 0 && connection.nominated.has(head.name(index).toLowerCase())) return ''
  return edits !== undefined && isDropped(edits, head.name(index)) ? '' : undefined
}

/** The head of an answer of our own; 204 and 304 carry no length. */
export function writeAnswerHead(
  answer: Answer,
  edits: FieldEdits | undefined,
  dateLine: string,
  connectionLine: string,
): string {
  let text = `HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}\r\n`
  for (const [name, value] of answer.fields) {
    if (edits === undefined || !isDropped(edits, name)) text += `${name}: ${value}\r\n`
  }
  if (edits === undefined || !isDropped(edits, 'date')) text += dateLine
  if (edits !== undefined) text += edits.lines
  if (answer.status !== 204 && answer.status !== 304) text += `Content-Length: ${answer.body.length}\r\n`
  return `${text}${connectionLine}\r\n`
}
