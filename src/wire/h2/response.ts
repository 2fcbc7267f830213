// A response of HTTP/2 as one of HTTP/1.1, read by the same readers as that one (RFC 9113 8.3.2).
import { reasonPhrase } from '../../http/status.ts'
import { CHUNKED, responseFraming, UNTIL_CLOSE } from '../h1/framing.ts'
import { Head } from '../h1/head.ts'
import { malformed, type Refusal } from '../h1/refusal.ts'
import { StatusLine } from '../h1/status-line.ts'
import type { ResponseMessage } from '../message.ts'
import { readList } from './fields.ts'

const BAD_STATUS = malformed('a response without exactly one :status from 100 to 599')
/** As in HTTP/1.1: more than these is not a response that anybody meant. */
const MAX_FIELDS = 1024

/** Mutable on purpose: one per stream, filled by each head that comes. */
export class H2Response implements ResponseMessage {
  readonly line: StatusLine = new StatusLine()
  readonly head: Head = new Head()
  framing = 0
  private isForHead = false

  /** Readies it for the response to one request. */
  expect(method: string): void {
    this.isForHead = method === 'HEAD'
  }

  get isBodiless(): boolean {
    return this.isForHead || this.line.status === 204 || this.line.status === 304
  }

  /** Reads names and values in turns; `isWhole`: no body follows. */
  read(list: readonly string[], isWhole: boolean): Refusal | undefined {
    const at = list.indexOf(':status')
    const status = list[at + 1] ?? ''
    if (at % 2 !== 0 || list.indexOf(':status', at + 1) >= 0) return BAD_STATUS
    const start = `HTTP/1.1 ${status} ${reasonPhrase(Number(status))}\r\n`
    const bad = readList(list, this.head, start, MAX_FIELDS) ?? this.line.read(this.head.text)
    if (bad !== undefined) return bad
    if (this.line.end !== start.length) return BAD_STATUS
    const framing = responseFraming(this.head, false, this.isBodiless)
    if (typeof framing === 'object') return framing
    if (framing === UNTIL_CLOSE) this.framing = isWhole ? 0 : CHUNKED
    else this.framing = framing
    return undefined
  }
}
