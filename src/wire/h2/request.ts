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
import { readLines } from './read-lines.ts'
import type { RequestFields } from './request-fields.ts'

const BAD_FIELD = malformed('a field that is none in HTTP/1.1')
const BAD_PATH = malformed('a :path that is neither a path nor `*` with OPTIONS')
const BAD_SCHEME = malformed('a :scheme that is not what is spoken here')
const BODY_MISSING = malformed('a Content-Length above 0 without a body')
const ENDED_SOCKET = malformed('a WebSocket that ends with its head')

/** Mutable on purpose: filled while its stream begins, and used again for another when that is over. */
export class H2Request implements RequestMessage {
  readonly line: RequestLine = new RequestLine()
  readonly head: Head = new Head()
  authority = ''
  framing = 0
  expectsContinue = false
  isConnect = false
  /** Known even of a request that is refused. */
  isHead = false

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
    this.head.clear()
    this.authority = ''
    this.framing = 0
    this.expectsContinue = false
    this.isConnect = false
    this.isHead = false
  }

  private readHead(fields: RequestFields, path: string, limits: ReaderLimits): Refusal | undefined {
    const { line, head } = this
    const { method } = fields
    if (path.charCodeAt(0) !== 47 && !(path === '*' && method === 'OPTIONS')) return BAD_PATH
    const text = `${method} ${path} HTTP/1.1\r\n${fields.lines}`
    const refusal = line.read(text, limits.maxUrlBytes) ?? readLines(head, text, line.end, limits.maxHeaders)
    if (refusal !== undefined) return refusal
    // Whatever held a line end has become more lines than there were fields, or has left some behind.
    if (line.target !== path || !head.isExactly(fields.count)) return BAD_FIELD
    fields.join(text, line.end)
    return text.length - path.length > limits.maxHeaderBytes ? HEADERS_TOO_LARGE : undefined
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
