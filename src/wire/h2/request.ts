// A request of HTTP/2 as one of HTTP/1.1: its fields are put into the text of a head, which the same readers check, so that both
// protocols are refused for the same things and nothing passes in one that the other couldn't say (RFC 9113 8.2, 8.3).
import { CHUNKED, requestFraming } from '../h1/framing.ts'
import { Head } from '../h1/head.ts'
import { FIELD } from '../h1/names.ts'
import { HEADERS_TOO_LARGE, malformed, type Refusal, UNKNOWN_EXPECTATION } from '../h1/refusal.ts'
import { RequestLine } from '../h1/request-line.ts'
import { expectsOnlyContinue, type ReaderLimits } from '../h1/request-reader.ts'
import type { RequestMessage } from '../message.ts'
import type { FieldLists } from './field-lists.ts'
import { BAD_FIELD, type RequestFields } from './request-fields.ts'

const BAD_PATH = malformed('a :path that is neither a path nor `*` with OPTIONS')
const BAD_SCHEME = malformed('a :scheme that is not what is spoken here')
const BODY_MISSING = malformed('a Content-Length above 0 without a body')
const ENDED_SOCKET = malformed('a WebSocket that ends with its head')

/** Mutable on purpose: filled while its stream begins, and used again for another when that is over. */
export class H2Request implements RequestMessage {
  readonly line: RequestLine = new RequestLine()
  /** Its own, or one that it shares with others who say the same. */
  head: Head
  private readonly own: Head = new Head()
  authority = ''
  framing = 0
  expectsContinue = false
  isConnect = false
  /** Known even of a request that is refused. */
  isHead = false

  constructor() {
    this.head = this.own
  }

  get hasBody(): boolean {
    return this.framing !== 0
  }

  /**
   * Reads names and values in turns; `isWhole`: nothing follows. `scheme` is what the listener speaks; `lists` reads those of the
   * whole connection.
   */
  read(
    list: readonly string[],
    scheme: 'http' | 'https',
    limits: ReaderLimits,
    isWhole: boolean,
    lists: FieldLists,
  ): Refusal | undefined {
    const fields = lists.read(list)
    if ('status' in fields) {
      this.isHead = saysHead(list)
      return fields
    }
    this.isHead = fields.method === 'HEAD'
    this.isConnect = fields.isConnect
    this.authority = fields.authority
    return (
      this.readHead(fields, list[fields.pathAt] ?? '', limits) ??
      (fields.scheme === scheme ? undefined : BAD_SCHEME) ??
      this.readBody(isWhole)
    )
  }

  /** Readies it for another request. */
  clear(): void {
    this.line.clear()
    this.own.clear()
    this.head = this.own
    this.authority = ''
    this.framing = 0
    this.expectsContinue = false
    this.isConnect = false
    this.isHead = false
  }

  private readHead(fields: RequestFields, path: string, limits: ReaderLimits): Refusal | undefined {
    const { line } = this
    const { method } = fields
    if (path.charCodeAt(0) !== 47 && !(path === '*' && method === 'OPTIONS')) return BAD_PATH
    const start = `${method} ${path} HTTP/1.1\r\n`
    const refusal = line.read(start, limits.maxUrlBytes) ?? this.readFields(fields, limits.maxHeaders)
    if (refusal !== undefined) return refusal
    // Whatever held a line end, or a whole line, has become more than one, or another target.
    if (line.target !== path || line.end !== start.length) return BAD_FIELD
    const bytes = start.length - path.length + fields.lines.length
    return bytes > limits.maxHeaderBytes ? HEADERS_TOO_LARGE : undefined
  }

  private readFields(fields: RequestFields, maxHeaders: number): Refusal | undefined {
    const { shared } = fields
    if (shared !== undefined && shared.count <= maxHeaders) {
      this.head = shared
      return undefined
    }
    return fields.readInto(this.own, maxHeaders)
  }

  private readBody(isWhole: boolean): Refusal | undefined {
    const { head } = this
    if (this.isConnect && isWhole) return ENDED_SOCKET
    const framing = requestFraming(head, false)
    if (typeof framing === 'object') return framing
    if (isWhole && framing > 0) return BODY_MISSING
    const isAnnounced = head.counts[FIELD.contentLength] !== 0
    this.framing = this.isConnect || isWhole || isAnnounced ? framing : CHUNKED
    if (head.counts[FIELD.expect] === 0) return undefined
    if (!expectsOnlyContinue(head)) return UNKNOWN_EXPECTATION
    this.expectsContinue = this.framing !== 0
    return undefined
  }
}

function saysHead(list: readonly string[]): boolean {
  const at = list.indexOf(':method')
  return at % 2 === 0 && list[at + 1] === 'HEAD'
}
