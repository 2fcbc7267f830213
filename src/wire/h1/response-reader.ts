// Reads the responses of one origin connection: bytes in, calls out. As strict as the reader of requests.
import { BodyReader, type BodySink } from './body.ts'
import { CHUNKED, responseFraming, UNTIL_CLOSE } from './framing.ts'
import { Head } from './head.ts'
import { HeadBytes } from './head-bytes.ts'
import { malformed, type Refusal } from './refusal.ts'
import { StatusLine } from './status-line.ts'
import { TrailerReader } from './trailers.ts'

/** Called in order: interim*, head, data*, end; or upgraded; or broken, after which nothing follows. */
export interface ResponseEvents extends BodySink {
  /** A 1xx other than 101; the reader's fields hold it. */
  interim(): void
  head(): void
  end(trailers: Head | undefined): void
  /** 101: the bytes behind the head belong to another protocol. */
  upgraded(): void
  broken(refusal: Refusal): void
}

/** A head past these is not a response that anybody meant (RFC 9209 http_response_header_section_size). */
const MAX_HEAD_BYTES = 256 * 1024
const MAX_FIELDS = 1024
/** Interim responses before the final one; a real origin sends one or two. */
const MAX_INTERIM = 64

const HOPELESS = malformed('a bare CR or LF, a NUL, or a first byte that starts no response')
const TOO_LARGE: Refusal = {
  status: 502,
  code: 'http_response_header_section_size',
  detail: 'a response head of more than 256 KiB',
}
const INTERIM_IN_1_0 = malformed('an interim response in HTTP/1.0, which has none')
const TOO_MANY_INTERIM = malformed('more than 64 interim responses')

const STATE = { head: 0, body: 1, trailers: 2, ended: 3, over: 4 } as const

/** Mutable on purpose: one per connection; its fields are overwritten by the next response. */
export class ResponseReader {
  readonly line: StatusLine = new StatusLine()
  readonly head: Head = new Head()
  /** The body's length in bytes, CHUNKED or UNTIL_CLOSE. */
  framing = 0

  private readonly bytes = new HeadBytes()
  private readonly body = new BodyReader()
  private trailers: TrailerReader | undefined
  private state: number = STATE.ended
  private isForHead = false
  private interims = 0
  private readonly events: ResponseEvents

  constructor(events: ResponseEvents) {
    this.events = events
  }

  /** Not a byte of the awaited response has come. */
  get isUntouched(): boolean {
    return this.state === STATE.head && this.bytes.pending === 0 && this.interims === 0
  }

  get isAwaitingHead(): boolean {
    return this.state === STATE.head
  }

  get hasEnded(): boolean {
    return this.state === STATE.ended
  }

  /** Readies the reader for the response to one request. */
  expect(method: string): void {
    this.isForHead = method === 'HEAD'
    this.interims = 0
    this.state = STATE.head
  }

  /** Bytes of body still to come where the length was announced, undefined otherwise. */
  get remaining(): number | undefined {
    return this.state === STATE.body ? this.body.remaining : undefined
  }

  /** The response has no body whatever its fields say (RFC 9112 6.3). */
  get isBodiless(): boolean {
    return this.isForHead || this.line.status === 204 || this.line.status === 304
  }

  /** Reads up to the end of the response and returns the position it stopped at. */
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

  /** The origin closed its side. True when that was the end of the body; false when it cut a message short. */
  finish(): boolean {
    if (this.state !== STATE.body || !this.body.endsWithConnection) return false
    this.end(undefined)
    return true
  }

  private readHead(bytes: Buffer, from: number): number {
    const at = this.bytes.take(bytes, from, MAX_HEAD_BYTES)
    if (at < 0) {
      if (this.bytes.isHopeless) this.break(HOPELESS)
      else if (at === -2) this.break(TOO_LARGE)
      return bytes.length
    }
    const { text, source, start } = this.bytes
    const bad = this.line.read(text) ?? this.head.readFields(text, source, start, this.line.end, MAX_FIELDS)
    if (bad !== undefined) {
      if (bad.status === 431) this.break(this.bytes.isHopeless ? HOPELESS : TOO_LARGE)
      else this.break(bad)
      return bytes.length
    }
    this.bytes.clear()
    const framing = responseFraming(this.head, this.line.isHttp10, this.isBodiless)
    if (typeof framing === 'object') {
      this.break(framing)
      return bytes.length
    }
    if (this.line.status < 200) return this.readInterim(bytes, at)
    this.framing = framing
    this.body.begin(framing)
    this.state = this.body.isDone ? STATE.ended : STATE.body
    this.events.head()
    if (this.state === STATE.ended) this.events.end(undefined)
    return at
  }

  private readInterim(bytes: Buffer, at: number): number {
    if (this.line.isHttp10) {
      this.break(INTERIM_IN_1_0)
      return bytes.length
    }
    if (this.line.status === 101) {
      this.state = STATE.over
      this.events.upgraded()
      return at
    }
    this.interims++
    if (this.interims > MAX_INTERIM) {
      this.break(TOO_MANY_INTERIM)
      return bytes.length
    }
    this.events.interim()
    return at
  }

  private readBody(bytes: Buffer, from: number): number {
    const at = this.body.read(bytes, from, bytes.length, this.events)
    if (this.body.refusal !== undefined) {
      this.break(this.body.refusal)
      return bytes.length
    }
    if (this.state !== STATE.body) return at
    if (this.body.isDone) this.end(undefined)
    else if (this.body.atTrailers) this.beginTrailers()
    return at
  }

  private beginTrailers(): void {
    this.state = STATE.trailers
    this.trailers ??= new TrailerReader()
    this.trailers.begin(MAX_HEAD_BYTES, MAX_FIELDS)
  }

  private readTrailers(bytes: Buffer, from: number): number {
    const trailers = this.trailers
    if (trailers === undefined) return from
    const at = trailers.read(bytes, from)
    if (trailers.refusal !== undefined) {
      this.break(trailers.refusal)
      return bytes.length
    }
    if (trailers.isDone) this.end(trailers.head.count === 0 ? undefined : trailers.head)
    return at
  }

  private end(trailers: Head | undefined): void {
    this.body.stop()
    this.state = STATE.ended
    this.events.end(trailers)
  }

  private break(refusal: Refusal): void {
    this.state = STATE.over
    this.bytes.clear()
    this.events.broken(refusal)
  }

  get isChunked(): boolean {
    return this.framing === CHUNKED
  }

  get runsUntilClose(): boolean {
    return this.framing === UNTIL_CLOSE
  }
}
