// Reads the requests of one connection, one after another: bytes in, calls out. No socket, no clock, no policy.
import { BodyReader, type BodySink } from './body.ts'
import { CHUNKED, requestFraming } from './framing.ts'
import { Head } from './head.ts'
import { HeadBytes } from './head-bytes.ts'
import { FIELD } from './names.ts'
import {
  HEADERS_TOO_LARGE,
  malformed,
  NO_SUCH_METHOD,
  type Refusal,
  UNKNOWN_EXPECTATION,
  URI_TOO_LONG,
} from './refusal.ts'
import { RequestLine, readAuthority } from './request-line.ts'
import { TrailerReader } from './trailers.ts'

/** What the codec needs to know of server.limits. */
export interface ReaderLimits {
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  readonly maxUrlBytes: number
}

/** Called in order: head, data*, then end; or refused, after which nothing follows. */
export interface RequestEvents extends BodySink {
  /** The reader's fields hold the request. */
  head(): void
  /** `trailers` is undefined without any; it is valid until the next message. */
  end(trailers: Head | undefined): void
  refused(refusal: Refusal): void
}

const CR = 13
const LF = 10
const HOPELESS = malformed('a bare CR or LF, a NUL, or a first byte that starts no request')

const STATE = { head: 0, body: 1, trailers: 2, ended: 3, refused: 4 } as const

/** Whether the Expect fields say nothing but `100-continue`. */
export function expectsOnlyContinue(head: Head): boolean {
  return head.allKnown(FIELD.expect).every(value => value.toLowerCase() === '100-continue')
}

/** A longer authority isn't kept when the connection is over: names have at most 253 characters, ports five. */
const MOST_KEPT = 260

/** Of a connection that is over. */
const NOBODY: RequestEvents = { head() {}, data() {}, end() {}, refused() {} }

/** Mutable on purpose: one per connection at a time; its fields are overwritten by the next request. */
export class RequestReader {
  readonly line: RequestLine
  readonly head: Head = new Head()
  /** Host or the absolute target's authority, checked; `''` for HTTP/1.0 without Host. */
  authority = ''
  /** The body's length in bytes, or CHUNKED. */
  framing = 0
  /** The visitor waits for a 100 before it sends the body. */
  expectsContinue = false

  private readonly bytes = new HeadBytes()
  private readonly body = new BodyReader()
  private trailers: TrailerReader | undefined
  private state: number = STATE.head
  private limits: ReaderLimits
  private events: RequestEvents
  /** How much of an ignorable empty line has come: 0, its CR, or all of it. */
  private emptyLine = 0

  constructor(limits: ReaderLimits, events: RequestEvents, scheme: 'http' | 'https' = 'http') {
    this.line = new RequestLine(scheme)
    this.limits = limits
    this.events = events
  }

  /** Readies it for another connection, after `rest`. */
  reuse(limits: ReaderLimits, events: RequestEvents, scheme: 'http' | 'https'): void {
    this.line.scheme = scheme
    this.limits = limits
    this.events = events
  }

  /** The connection is over: nothing of its requests stays but a Host that was proved good. */
  rest(): void {
    this.events = NOBODY
    this.bytes.clear()
    this.trailers = undefined
    if (this.authority.length > MOST_KEPT) this.authority = ''
    this.next(this.limits)
    this.head.forget()
  }

  /** The message was read to its end; `next` makes ready for another. */
  get hasEnded(): boolean {
    return this.state === STATE.ended
  }

  get isRefused(): boolean {
    return this.state === STATE.refused
  }

  /** Between messages, not a byte of the next one seen. */
  get isIdle(): boolean {
    return this.state === STATE.head && this.bytes.pending === 0
  }

  get isInHead(): boolean {
    return this.state === STATE.head
  }

  /** Bytes of body still to come where the length was announced, undefined for chunks. */
  get remaining(): number | undefined {
    return this.state === STATE.ended ? 0 : this.body.remaining
  }

  /** Readies the reader for the next message, under the limits that hold now. */
  next(limits: ReaderLimits): void {
    this.limits = limits
    this.line.clear()
    this.head.clear()
    this.emptyLine = 0
    this.state = STATE.head
  }

  /** Reads up to the end of the current message and returns the position it stopped at. */
  read(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length) {
      if (this.state === STATE.head) at = this.readHead(bytes, at)
      else if (this.state === STATE.body) at = this.readBody(bytes, at)
      else if (this.state === STATE.trailers) at = this.readTrailers(bytes, at)
      else return at
    }
    return at
  }

  private readHead(bytes: Buffer, from: number): number {
    if (this.emptyLine < 2 && this.bytes.pending === 0 && this.skipEmptyLine(bytes[from] ?? 0)) {
      return this.isRefused ? bytes.length : from + 1
    }
    // The target's own limit answers with its own status, so a head may be larger by one target.
    const at = this.bytes.take(bytes, from, this.limits.maxHeaderBytes + this.limits.maxUrlBytes)
    if (at < 0) {
      if (this.bytes.isHopeless) this.refuse(HOPELESS)
      else if (at === -2)
        this.refuse(this.bytes.startLineLength > this.limits.maxUrlBytes ? URI_TOO_LONG : HEADERS_TOO_LARGE)
      return bytes.length
    }
    const refusal = this.readText(this.bytes)
    if (refusal !== undefined) {
      this.refuse(refusal.status !== 400 && this.bytes.isHopeless ? HOPELESS : refusal)
      return bytes.length
    }
    this.bytes.clear()
    this.body.begin(this.framing)
    this.state = this.body.isDone ? STATE.ended : STATE.body
    this.events.head()
    if (this.state === STATE.ended) this.events.end(undefined)
    return at
  }

  /** Steps over the one empty line that a server should ignore before a request line (RFC 9112 2.2); a CR alone is none. */
  private skipEmptyLine(byte: number): boolean {
    if (this.emptyLine === 0 && byte !== CR) return false
    if (this.emptyLine === 1 && byte !== LF) this.refuse(HOPELESS)
    this.emptyLine++
    return true
  }

  private readText({ text, source, start }: HeadBytes): Refusal | undefined {
    const { line, head, limits } = this
    const bad =
      line.read(text, limits.maxUrlBytes) ?? head.readFields(text, source, start, line.end, limits.maxHeaders)
    if (bad !== undefined) return bad
    if (text.length - line.target.length > limits.maxHeaderBytes) return HEADERS_TOO_LARGE
    const framing = requestFraming(head, line.isHttp10)
    if (typeof framing === 'object') return framing
    const authority = readAuthority(line, head, this.authority)
    if (typeof authority === 'object') return authority
    if (line.method === 'CONNECT' || line.method === 'TRACE') return NO_SUCH_METHOD
    this.framing = framing
    // A copy: a slice would hold the whole head for as long as the connection lives.
    if (authority !== this.authority) this.authority = Buffer.from(authority, 'latin1').toString('latin1')
    return this.readExpectation()
  }

  /** HTTP/1.0 has no expectations: the field is ignored there (RFC 9110 10.1.1). */
  private readExpectation(): Refusal | undefined {
    this.expectsContinue = false
    if (this.head.counts[FIELD.expect] === 0 || this.line.isHttp10) return undefined
    if (!expectsOnlyContinue(this.head)) return UNKNOWN_EXPECTATION
    this.expectsContinue = this.framing !== 0
    return undefined
  }

  private readBody(bytes: Buffer, from: number): number {
    const at = this.body.read(bytes, from, bytes.length, this.events)
    if (this.body.refusal !== undefined) {
      this.refuse(this.body.refusal)
      return bytes.length
    }
    if (this.state !== STATE.body) return at
    if (this.body.isDone) this.finish(undefined)
    else if (this.body.atTrailers) this.beginTrailers()
    return at
  }

  private beginTrailers(): void {
    this.state = STATE.trailers
    this.trailers ??= new TrailerReader()
    this.trailers.begin(this.limits.maxHeaderBytes, this.limits.maxHeaders)
  }

  private readTrailers(bytes: Buffer, from: number): number {
    const trailers = this.trailers
    if (trailers === undefined) return from
    const at = trailers.read(bytes, from)
    if (trailers.refusal !== undefined) {
      this.refuse(trailers.refusal)
      return bytes.length
    }
    if (trailers.isDone) this.finish(trailers.head.count === 0 ? undefined : trailers.head)
    return at
  }

  private finish(trailers: Head | undefined): void {
    this.body.stop()
    this.state = STATE.ended
    this.events.end(trailers)
  }

  /** Also called from outside, when a body grows past its limit or takes too long. */
  refuse(refusal: Refusal): void {
    this.state = STATE.refused
    this.bytes.clear()
    this.body.stop()
    this.events.refused(refusal)
  }

  /** Extended CONNECT is HTTP/2's. */
  get isConnect(): boolean {
    return false
  }

  /** Whether the request has a body at all. */
  get hasBody(): boolean {
    return this.framing > 0 || this.framing === CHUNKED
  }
}
