// A request of HTTP/2 as one of HTTP/1.1: its fields are put into the text of a head, which the same readers check, so that both
// protocols are refused for the same things and nothing passes in one that the other couldn't say (RFC 9113 8.2, 8.3).
import { CHUNKED, requestFraming } from '../h1/framing.ts'
import { Head } from '../h1/head.ts'
import { FIELD } from '../h1/names.ts'
import {
  HEADERS_TOO_LARGE,
  malformed,
  NO_SUCH_METHOD,
  type Refusal,
  UNKNOWN_EXPECTATION,
} from '../h1/refusal.ts'
import { isAuthority, RequestLine } from '../h1/request-line.ts'
import { expectsOnlyContinue, type ReaderLimits } from '../h1/request-reader.ts'
import type { RequestMessage } from '../message.ts'
import { latin1Bytes } from './latin1-bytes.ts'

const BAD_FIELD = malformed('a field that is none in HTTP/1.1')
const BAD_PATH = malformed('a :path that is neither a path nor `*` with OPTIONS')
const BAD_PSEUDO = malformed('pseudo-header fields other than one each of those that a request has')
const BAD_SCHEME = malformed('a :scheme that is not what is spoken here')
const BAD_AUTHORITY = malformed('an :authority that is not a name or address with an optional port')
const NO_AUTHORITY = malformed('neither :authority nor exactly one Host')
const OTHER_HOST = malformed('a Host that contradicts :authority')
const BODY_MISSING = malformed('a Content-Length above 0 without a body')
const ENDED_SOCKET = malformed('a WebSocket that ends with its head')
const UNKNOWN_PROTOCOL: Refusal = {
  status: 501,
  code: 'unsupported_protocol',
  detail: 'an extended CONNECT to something other than a WebSocket',
}

/** Mutable on purpose: filled while its stream begins, and used again for another when that is over. */
export class H2Request implements RequestMessage {
  readonly line: RequestLine = new RequestLine()
  readonly head: Head = new Head()
  authority = ''
  framing = 0
  expectsContinue = false
  isConnect = false
  private method = ''
  private path = ''
  private scheme = ''
  private protocol = ''
  private host: string | undefined
  private cookies = ''
  private fields = ''
  private fieldCount = 0

  /** Known even of a request that is refused. */
  get isHead(): boolean {
    return this.method === 'HEAD'
  }

  get hasBody(): boolean {
    return this.framing !== 0
  }

  /** Reads names and values in turns; `isWhole`: nothing follows. `scheme` is what the listener speaks. */
  read(
    list: readonly string[],
    scheme: 'http' | 'https',
    limits: ReaderLimits,
    isWhole: boolean,
  ): Refusal | undefined {
    return (
      this.gather(list) ??
      this.readMethod() ??
      this.readAuthority() ??
      this.readHead(limits) ??
      (this.scheme === scheme ? undefined : BAD_SCHEME) ??
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
    this.method = ''
    this.path = ''
    this.scheme = ''
    this.protocol = ''
    this.host = undefined
    this.cookies = ''
    this.fields = ''
    this.fieldCount = 0
  }

  private gather(list: readonly string[]): Refusal | undefined {
    for (let index = 0; index < list.length; index += 2) {
      const name = list[index] ?? ''
      const value = list[index + 1] ?? ''
      if (name.charCodeAt(0) === 58) {
        if (!this.gatherPseudo(name, value)) return BAD_PSEUDO
      } else if (name === 'cookie') {
        // Crumbs are one field again (RFC 9113 8.2.3).
        this.cookies += this.cookies === '' ? value : `; ${value}`
      } else if (name === 'host') {
        if (this.host !== undefined) return NO_AUTHORITY
        this.host = value
      } else {
        this.fields += `${name}: ${value}\r\n`
        this.fieldCount++
      }
    }
    return undefined
  }

  /** False for one that is repeated or unknown. */
  private gatherPseudo(name: string, value: string): boolean {
    switch (name) {
      case ':method':
        if (this.method !== '') return false
        this.method = value
        return true
      case ':path':
        if (this.path !== '') return false
        this.path = value
        return true
      case ':scheme':
        if (this.scheme !== '') return false
        this.scheme = value
        return true
      case ':authority':
        if (this.authority !== '') return false
        this.authority = value
        return true
      case ':protocol':
        if (this.protocol !== '') return false
        this.protocol = value
        return true
      default:
        return false
    }
  }

  private readMethod(): Refusal | undefined {
    if (this.method === 'TRACE') return NO_SUCH_METHOD
    if (this.method !== 'CONNECT') return this.protocol === '' ? undefined : BAD_PSEUDO
    if (this.protocol === '') return NO_SUCH_METHOD
    if (this.protocol !== 'websocket') return UNKNOWN_PROTOCOL
    this.isConnect = true
    // What HTTP/1.1 says for the same: routes and origins needn't know the difference.
    this.method = 'GET'
    return undefined
  }

  private readAuthority(): Refusal | undefined {
    const { host } = this
    if (this.authority === '') this.authority = host ?? ''
    if (this.authority === '') return NO_AUTHORITY
    if (!isAuthority(this.authority)) return BAD_AUTHORITY
    return host === undefined || host.toLowerCase() === this.authority.toLowerCase() ? undefined : OTHER_HOST
  }

  private readHead(limits: ReaderLimits): Refusal | undefined {
    const { line, head, method, path } = this
    if (path.charCodeAt(0) !== 47 && !(path === '*' && method === 'OPTIONS')) return BAD_PATH
    const hasCookies = this.cookies !== ''
    const cookie = hasCookies ? `cookie: ${this.cookies}\r\n` : ''
    const text = `${method} ${path} HTTP/1.1\r\nhost: ${this.authority}\r\n${this.fields}${cookie}\r\n`
    this.fields = ''
    this.cookies = ''
    const refusal =
      line.read(text, limits.maxUrlBytes) ??
      head.readFields(text, latin1Bytes(text), 0, line.end, limits.maxHeaders)
    if (refusal !== undefined) return refusal
    // Whatever held a line end has become more lines than there were fields, or has left some behind.
    if (line.target !== path || !head.isExactly(this.fieldCount + (hasCookies ? 2 : 1))) return BAD_FIELD
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
