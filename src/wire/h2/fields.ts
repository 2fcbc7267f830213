// Field sections between the two shapes: names and values in turns, as node:http2 takes and gives them, and the lines of a head.
import { type FieldEdits, isDropped } from '../../http/edits.ts'
import type { ConnectionField } from '../h1/connection-field.ts'
import { withoutBlanks } from '../h1/grammar.ts'
import { Head } from '../h1/head.ts'
import { malformed, type Refusal } from '../h1/refusal.ts'
import { keptResponseField } from '../h1/write-response.ts'
import type { ResponseMessage } from '../message.ts'
import { readLines } from './read-lines.ts'

const BAD_FIELD = malformed('a field that is none in HTTP/1.1')

/** Fields about a connection, which HTTP/2 forbids (RFC 9113 8.2.2); Node throws when it is given one. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Puts a list's fields, its pseudo-headers left out, into a head; the lines begin at 0. */
export function readList(
  list: readonly string[],
  head: Head,
  start: string,
  maxFields: number,
): Refusal | undefined {
  let text = start
  let count = 0
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? ''
    if (name.charCodeAt(0) === 58) continue
    text += `${name}: ${list[index + 1] ?? ''}\r\n`
    count++
  }
  text += '\r\n'
  const refusal = readLines(head, text, start.length, maxFields)
  if (refusal !== undefined) return refusal
  return head.isExactly(count) ? undefined : BAD_FIELD
}

/** A trailer section as a head; undefined for an empty one. */
export function trailerHead(list: readonly string[], maxFields: number): Head | Refusal | undefined {
  if (list.length === 0) return undefined
  const head = new Head()
  return readList(list, head, '', maxFields) ?? head
}

/** A trailer section as an object: the call of node:http2 for it takes no list. */
export function fieldsOf(head: Head): Record<string, string[]> {
  const fields: Record<string, string[]> = Object.create(null)
  for (let index = 0; index < head.count; index++)
    add(fields, head.name(index).toLowerCase(), head.value(index))
  return fields
}

/** The fields with which an interim response goes on, as an object for the same reason. */
export function interimFields(
  response: ResponseMessage,
  connection: ConnectionField,
): Record<string, string[]> {
  const fields: Record<string, string[]> = Object.create(null)
  const list = responseList(response, connection, undefined)
  for (let index = 2; index < list.length; index += 2) add(fields, list[index] ?? '', list[index + 1] ?? '')
  return fields
}

function add(fields: Record<string, string[]>, name: string, value: string): void {
  if (OF_CONNECTIONS.has(name)) return
  const values = fields[name]
  if (values === undefined) fields[name] = [value]
  else values.push(value)
}

/** An origin's response for a visitor of HTTP/2: what HTTP/1.1 would get, without what is about a connection. */
export function responseList(
  response: ResponseMessage,
  connection: ConnectionField,
  edits: FieldEdits | undefined,
  status: number = response.line.status,
): string[] {
  const { head } = response
  const list = [':status', String(status)]
  for (let index = 0; index < head.count; index++) {
    const value = keptResponseField(response, connection, edits, index)
    if (value !== undefined) list.push(head.name(index).toLowerCase(), value)
  }
  if (edits !== undefined) for (const [name, value] of edits.adds) list.push(name.toLowerCase(), value)
  return list
}

/** An answer of our own as a list; Date and length are the caller's. */
export function answerList(
  status: number,
  fields: readonly (readonly [name: string, value: string])[],
  edits: FieldEdits | undefined,
): string[] {
  const list = [':status', String(status)]
  for (const [name, value] of fields) {
    const lower = name.toLowerCase()
    if (OF_CONNECTIONS.has(lower) || (edits !== undefined && isDropped(edits, name))) continue
    list.push(lower, value)
  }
  if (edits !== undefined) for (const [name, value] of edits.adds) list.push(name.toLowerCase(), value)
  return list
}

/** The lines of a request's head, as HTTP/1.1 would send them, for an origin of HTTP/2. `text` begins with the first field. */
export function requestList(pseudo: readonly string[], text: string): string[] {
  const list = [...pseudo]
  // An extended CONNECT needs no key (RFC 8441 5).
  const isConnect = pseudo.includes(':protocol')
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).toLowerCase()
    if (isConnect && name === 'sec-websocket-key') continue
    if (OF_CONNECTIONS.has(name) || name === 'host') continue
    const value = withoutBlanks(line.slice(colon + 1))
    // Of TE, HTTP/2 knows one word (RFC 9113 8.2.2).
    if (name !== 'te') list.push(name, value)
    else if (/(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(value)) list.push(name, 'trailers')
  }
  return list
}
