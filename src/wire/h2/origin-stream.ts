// One exchange with an origin on a stream of its HTTP/2 connection.
// Mutable on purpose: one object per exchange, called directly by both sides.

import { type ClientHttp2Stream, constants } from 'node:http2'
import type { Failure } from '../../base/failure.ts'
import { owned } from '../../base/lent.ts'
import type { ReasonCode } from '../../base/reason.ts'
import type { Member } from '../../base/roster.ts'
import type { Deadline } from '../../net/wheel.ts'
import { ConnectionField } from '../h1/connection-field.ts'
import type { Head } from '../h1/head.ts'
import { malformed, type Refusal } from '../h1/refusal.ts'
import { trailerRefusal } from '../h1/trailers.ts'
import { goesChunked, type RequestPlan, writeRequestHead } from '../h1/write-request.ts'
import type { Sender } from '../message.ts'
import type { OriginSide, OriginSink, OriginTimeouts } from '../origin-side.ts'
import type { RelayEnd } from '../relay.ts'
import { cut } from './cut.ts'
import { fieldsOf, requestList, trailerHead } from './fields.ts'
import type { H2OriginSession } from './origin-session.ts'
import { H2Response } from './response.ts'

const {
  NGHTTP2_CANCEL,
  NGHTTP2_FLAG_END_STREAM,
  NGHTTP2_NO_ERROR,
  NGHTTP2_PROTOCOL_ERROR,
  NGHTTP2_REFUSED_STREAM,
} = constants

const NO_CONNECTION: ConnectionField = new ConnectionField()
const MAX_TRAILERS = 1024
/** As in HTTP/1.1. */
const MAX_INTERIM = 64
const TOO_MANY_INTERIM = malformed('more than 64 interim responses')
const GONE = { code: 'connection_terminated', side: 'origin' } as const

export class H2OriginStream implements OriginSide, Member {
  place = 0
  readonly response: H2Response = new H2Response()
  readonly connection: ConnectionField = NO_CONNECTION
  readonly isReused: boolean
  readonly isShared = true
  isUntouched = true
  private readonly session: H2OriginSession
  private readonly deadline: Deadline
  private readonly silence: Deadline
  private stream: ClientHttp2Stream | undefined
  private sink: OriginSink | undefined
  private timeouts: OriginTimeouts = { head: 0, read: 0, write: 0 }
  private hasEnded = false
  private isStalled = false
  private isRequestDone = false
  private isAwaitingHead = true
  private isUpgrade = false
  private hasLeft = false
  /** END_STREAM has come. */
  private isWhole = false
  private interims = 0
  private received = 0
  private requestTrailers: Head | undefined
  private trailers: Head | undefined
  private readonly told: () => void = () => this.taken()

  constructor(session: H2OriginSession) {
    this.session = session
    this.isReused = session.served > 0
    const { wheel } = session.parts
    this.deadline = wheel.deadline(() => this.expired())
    this.silence = wheel.deadline(() => this.timedOut('connection_read_timeout', 'read_timeout'))
  }

  get isClear(): boolean {
    return this.stream === undefined || this.stream.writableLength === 0
  }

  begin(
    sink: OriginSink,
    { request, connection }: Sender,
    plan: RequestPlan,
    timeouts: OriginTimeouts,
  ): void {
    this.sink = sink
    this.timeouts = timeouts
    this.isUpgrade = plan.upgrade !== undefined
    this.response.expect(request.line.method)
    if (this.isUpgrade && !(plan.upgrade === 'websocket' && this.session.takesConnect)) {
      const detail = `the origin takes no ${plan.upgrade === 'websocket' ? 'WebSockets' : 'Upgrade'} over HTTP/2`
      queueMicrotask(() => this.fail({ code: 'http_upgrade_failed', side: 'origin', detail }))
      return
    }
    const text = writeRequestHead(request, connection, plan)
    const pseudo = [
      ...(this.isUpgrade
        ? [':method', 'CONNECT', ':protocol', 'websocket']
        : [':method', request.line.method]),
      ...[':scheme', this.session.scheme, ':authority', plan.host, ':path', plan.target],
    ]
    const list = requestList(pseudo, text.slice(text.indexOf('\r\n') + 2))
    const isWhole = !request.hasBody && !this.isUpgrade
    this.listen(this.session.request(list, isWhole, goesChunked(request, connection, plan.policy)))
  }

  private listen(stream: ClientHttp2Stream): void {
    this.stream = stream
    // Node ends the body of a stream that was reset without an error as if its end had come; only what it calls first tells.
    const { push } = stream
    stream.push = (piece, encoding) => {
      if (piece === null && !stream.closed) this.isWhole = true
      return push.call(stream, piece, encoding)
    }
    stream.on('headers', (_, __, list) => this.interim(list))
    stream.on('response', (_, flags, list) => this.head(list, flags))
    stream.on('trailers', (_, __, list) => this.readTrailers(list))
    stream.on('wantTrailers', () =>
      stream.sendTrailers(this.requestTrailers === undefined ? {} : fieldsOf(this.requestTrailers)),
    )
    stream.on('end', () => this.ended())
    let error: Error | undefined
    stream.on('error', why => {
      error ??= why
    })
    stream.on('close', () => this.closed(error))
  }

  send(piece: Buffer, isLent: boolean): void {
    this.stream?.write(owned(piece, isLent), this.told)
  }

  finishRequest(trailers: Head | undefined): void {
    this.isRequestDone = true
    this.requestTrailers = trailers
    if (!this.isUpgrade) this.stream?.end()
    this.awaitHead()
    this.listenForSilence()
  }

  /** From the last byte of the request on; until it is taken, the deadline is for that. */
  private awaitHead(): void {
    if (this.isRequestDone && this.isAwaitingHead && !this.isStalled && this.timeouts.head > 0)
      this.deadline.arm(this.timeouts.head)
  }

  /** Node's session sends what was written at the end of the turn. */
  flush(): void {
    if (this.isStalled || this.isClear || this.timeouts.write === 0) return
    this.isStalled = true
    this.deadline.arm(this.timeouts.write)
  }

  private taken(): void {
    if (this.stream?.destroyed !== false) return
    if (this.isStalled) {
      this.deadline.disarm()
      this.isStalled = false
      this.flush()
      this.awaitHead()
    }
    if (this.isClear) this.sink?.drained()
  }

  resume(): void {
    if (this.stream?.isPaused() !== true) return
    this.stream.resume()
    this.listenForSilence()
  }

  abort(): void {
    this.sink = undefined
    if (this.stream !== undefined) cut(this.stream, NGHTTP2_CANCEL)
    this.leave()
  }

  takeSocket(read: (bytes: Buffer) => boolean): RelayEnd {
    const { stream } = this
    if (stream === undefined) throw new Error('a WebSocket without a stream')
    this.sink = undefined
    this.deadline.disarm()
    this.silence.disarm()
    stream.removeAllListeners('end')
    stream.on('data', (piece: Buffer) => {
      if (!read(piece)) stream.pause()
    })
    return { socket: stream, early: undefined }
  }

  private interim(list: readonly string[]): void {
    this.isUntouched = false
    this.interims++
    const refusal = this.interims > MAX_INTERIM ? TOO_MANY_INTERIM : this.response.read(list, false)
    if (refusal !== undefined) this.broken(refusal)
    else this.sink?.interim()
  }

  private head(list: readonly string[], flags: number): void {
    this.isUntouched = false
    this.isAwaitingHead = false
    if (!this.isStalled) this.deadline.disarm()
    const isWhole = (flags & NGHTTP2_FLAG_END_STREAM) !== 0
    const refusal = this.response.read(list, isWhole)
    if (refusal !== undefined) {
      this.broken(refusal)
      return
    }
    if (this.isUpgrade && this.response.line.status === 200) {
      this.sink?.upgraded()
      return
    }
    this.sink?.head()
    this.stream?.on('data', (piece: Buffer) => this.data(piece))
    if (!isWhole) this.goOn()
  }

  private data(piece: Buffer): void {
    if (this.sink === undefined) return
    this.received += piece.length
    this.sink.data(piece, false)
    this.goOn()
  }

  /** Hands on what came, and reads on when the visitor has taken it. */
  private goOn(): void {
    if (this.sink === undefined || this.sink.flush()) {
      this.listenForSilence()
      return
    }
    this.silence.disarm()
    this.stream?.pause()
  }

  private readTrailers(list: readonly string[]): void {
    const head = trailerHead(list, MAX_TRAILERS)
    if (head === undefined) return
    const refusal = 'status' in head ? head : trailerRefusal(head)
    if (refusal !== undefined) this.broken(refusal)
    else this.trailers = head as Head
  }

  private ended(): void {
    const { stream, sink } = this
    if (sink === undefined || stream === undefined || !this.isWhole) return
    const { framing, isBodiless } = this.response
    if (framing > 0 && !isBodiless && framing !== this.received) return
    this.hasEnded = true
    this.sink = undefined
    this.deadline.disarm()
    this.silence.disarm()
    // An answer that came before the request was through: the rest isn't wanted.
    if (!this.isRequestDone) cut(stream, NGHTTP2_NO_ERROR)
    sink.end(this.trailers)
  }

  private listenForSilence(): void {
    if (this.timeouts.read > 0 && this.sink !== undefined && this.isRequestDone)
      this.silence.arm(this.timeouts.read)
  }

  private expired(): void {
    if (this.isStalled) this.timedOut('connection_write_timeout', 'write_timeout')
    else this.timedOut('http_response_timeout', 'response_header_timeout')
  }

  private timedOut(code: ReasonCode, key: string): void {
    this.session.doubt()
    this.fail({ code, side: 'origin', detail: key })
  }

  private broken({ detail }: Refusal): void {
    if (this.stream !== undefined) cut(this.stream, NGHTTP2_PROTOCOL_ERROR)
    this.fail({ code: 'http_protocol_error', side: 'origin', detail })
  }

  /** The connection's other side is closed. */
  nothingFollows(): void {
    if (this.isWhole) return
    this.fail(this.session.loss)
    this.stream?.destroy()
  }

  /** The stream is over; if its message isn't, that is a failure. */
  private closed(error: Error | undefined): void {
    this.leave()
    if (!this.hasEnded && this.sink !== undefined) this.fail(this.failureOf(error))
  }

  private failureOf(error: Error | undefined): Failure {
    const code = this.stream?.rstCode ?? NGHTTP2_NO_ERROR
    const isBreach = error !== undefined && 'code' in error && error.code === 'ERR_HTTP2_ERROR'
    if (this.session.isOver && !isBreach) return this.session.loss
    if (code === NGHTTP2_REFUSED_STREAM) return { ...GONE, detail: 'a refused stream', isUnprocessed: true }
    // An answer of a kind, though not a byte of a response: nobody asks a second time.
    this.isUntouched = false
    if (isBreach || code === NGHTTP2_PROTOCOL_ERROR)
      return { ...GONE, code: 'http_protocol_error', detail: error?.message ?? '' }
    return { ...GONE, detail: `the origin reset the stream with code ${code}` }
  }

  private fail(failure: Failure): void {
    const { sink } = this
    this.sink = undefined
    if (this.stream !== undefined) cut(this.stream, NGHTTP2_CANCEL)
    if (this.stream === undefined) this.leave()
    sink?.failed(failure)
  }

  private leave(): void {
    if (this.hasLeft) return
    this.hasLeft = true
    this.deadline.release()
    this.silence.release()
    this.session.left(this)
  }
}
