// One request of a visitor's HTTP/2 connection, and the response to it: a stream (RFC 9113 8.1).
// Mutable on purpose: one object per request, called directly by both sides.

import { constants, type ServerHttp2Stream } from 'node:http2'
import { owned } from '../../base/lent.ts'
import type { Member } from '../../base/roster.ts'
import type { Answer } from '../../http/answer.ts'
import type { FieldEdits } from '../../http/edits.ts'
import { ConnectionField } from '../h1/connection-field.ts'
import type { Head } from '../h1/head.ts'
import { BODY_TIMEOUT, malformed, type Refusal } from '../h1/refusal.ts'
import { trailerRefusal } from '../h1/trailers.ts'
import type { ResponseMessage } from '../message.ts'
import type { RelayEnd } from '../relay.ts'
import type { RequestSink, VisitorPort, VisitorSide } from '../visitor-side.ts'
import { cut } from './cut.ts'
import { answerList, fieldsOf, interimFields, responseList, trailerHead } from './fields.ts'
import type { Waiting } from './patience.ts'
import type { H2Request } from './request.ts'
import type { H2Visitor } from './visitor.ts'

const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants

/** HTTP/2 has no Connection field. */
const NO_CONNECTION: ConnectionField = new ConnectionField()
/** A response up to this size goes with the end of its stream in one piece. */
const MAX_GATHERED = 16 * 1024
/** Larger pieces are written in steps, whose ends show that the visitor takes something. */
const STEP = 64 * 1024
const SHORT_BODY = malformed('a body that is not as long as Content-Length says')

export class H2VisitorStream implements VisitorSide, Waiting, Member {
  readonly request: H2Request
  readonly connection: ConnectionField = NO_CONNECTION
  readonly protocol = 'HTTP/2'
  place = 0
  due: number = Number.POSITIVE_INFINITY
  private readonly stream: ServerHttp2Stream
  private readonly visitor: H2Visitor
  private readonly port: VisitorPort
  private sink: RequestSink | undefined
  private isTurnOpen = false
  private hasRequestEnded = false
  private isPaused = false
  private isStalled = false
  /** It ends before its time, and not by the visitor's doing. */
  private isOurFault = false
  private received = 0
  private trailers: Head | undefined
  private responseTrailers: Head | undefined
  /** Body bytes that wait for more, or for the end of the turn. */
  private gathered: Buffer | undefined
  private told: (() => void) | undefined

  /** `request` is this stream's until it is closed. */
  constructor(stream: ServerHttp2Stream, request: H2Request, visitor: H2Visitor, port: VisitorPort) {
    this.stream = stream
    this.request = request
    this.visitor = visitor
    this.port = port
    stream.on('error', () => undefined)
    stream.on('close', () => this.closed())
  }

  get peer(): string {
    return this.visitor.peer
  }

  get security(): VisitorSide['security'] {
    return this.visitor.security
  }

  get memo(): object | undefined {
    return this.visitor.memo
  }

  set memo(memo: object | undefined) {
    this.visitor.memo = memo
  }

  get isClear(): boolean {
    return this.gathered === undefined && this.stream.writableLength === 0
  }

  /** The head has come, as names and values in turns. */
  open(list: readonly string[], flags: number): void {
    const isWhole = (flags & NGHTTP2_FLAG_END_STREAM) !== 0
    this.hasRequestEnded = isWhole
    this.isTurnOpen = true
    const { scheme, lists } = this.visitor
    const refusal = this.request.read(list, scheme, this.port.limits, isWhole, lists)
    if (refusal !== undefined) {
      this.port.refuse(this, refusal)
      return
    }
    const sink = this.port.openExchange(this)
    // An answer given at once has closed the turn already.
    if (!this.isTurnOpen) return
    this.sink = sink
    // Node reads the end of a stream without a body by itself; a stream that we have read to its end is destroyed too early for its
    // last write to be over, which costs an Error each time.
    if (isWhole) sink.end(undefined)
    else if (!this.request.isConnect) this.readBody()
    sink.flush()
  }

  private readBody(): void {
    const { stream } = this
    this.armBody()
    stream.on('data', (piece: Buffer) => {
      if (!this.isTurnOpen) return
      this.received += piece.length
      this.armBody()
      this.sink?.data(piece, false)
      this.sink?.flush()
    })
    stream.on('trailers', (_: object, __: number, list?: readonly string[]) => this.readTrailers(list ?? []))
    stream.on('end', () => this.ended())
  }

  private readTrailers(list: readonly string[]): void {
    const head = trailerHead(list, this.port.limits.maxHeaders)
    if (head === undefined) return
    const refusal = 'status' in head ? head : trailerRefusal(head)
    if (refusal !== undefined) this.refuseBody(refusal)
    else this.trailers = head as Head
  }

  /** The body's end; a stream that was reset ends too, and isn't complete. */
  private ended(): void {
    if (
      !this.isTurnOpen ||
      this.hasRequestEnded ||
      this.stream.aborted ||
      this.stream.rstCode !== NGHTTP2_NO_ERROR
    )
      return
    this.hasRequestEnded = true
    this.disarm()
    const { framing } = this.request
    if (framing > 0 && framing !== this.received) this.refuseBody(SHORT_BODY)
    else this.sink?.end(this.trailers)
    this.sink?.flush()
  }

  private refuseBody(refusal: Refusal): void {
    this.hasRequestEnded = true
    this.disarm()
    this.sink?.refused(refusal)
  }

  pause(): void {
    if (this.isPaused || this.hasRequestEnded) return
    this.isPaused = true
    this.disarm()
    this.stream.pause()
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.stream.resume()
    this.armBody()
  }

  /** The body's silence is the visitor's only while we are reading. */
  private armBody(): void {
    if (!this.hasRequestEnded && !this.isPaused && !this.isStalled) this.arm(this.port.limits.bodyIdleTimeout)
  }

  private arm(timeout: number): void {
    if (timeout > 0) this.visitor.patience.arm(this, timeout)
  }

  private disarm(): void {
    this.due = Number.POSITIVE_INFINITY
  }

  expired(): void {
    if (!this.hasRequestEnded && !this.isPaused && this.isTurnOpen && !this.isStalled) {
      this.refuseBody(BODY_TIMEOUT)
      return
    }
    this.sink?.stalled()
    cut(this.stream, NGHTTP2_CANCEL)
    // Where nothing is read, the reset isn't either: what the request holds doesn't wait for it.
    this.stream.destroy()
  }

  /** The stream is over. Whoever ended it before its time has cost us a request for nothing. */
  private closed(): void {
    const { sink, isTurnOpen } = this
    this.sink = undefined
    this.gathered = undefined
    this.isTurnOpen = false
    if (isTurnOpen) sink?.gone()
    // Now nobody reads the request any more.
    this.visitor.streamClosed(this, this.isOurFault ? NGHTTP2_NO_ERROR : this.stream.rstCode)
  }

  sendContinue(): void {
    if (this.canRespond) this.stream.additionalHeaders({ ':status': 100 })
  }

  interim(response: ResponseMessage, connection: ConnectionField): void {
    if (!this.canRespond) return
    this.stream.additionalHeaders({
      ...interimFields(response, connection),
      ':status': response.line.status,
    })
  }

  private get canRespond(): boolean {
    return this.isTurnOpen && !this.stream.closed && !this.stream.headersSent
  }

  begin(response: ResponseMessage, connection: ConnectionField, edits: FieldEdits | undefined): void {
    if (!this.canRespond) return
    const { isBodiless, framing } = response
    // A body of no bytes ends with the head, by which gRPC knows an answer that is only trailers.
    this.respond(responseList(response, connection, edits), isBodiless || framing === 0, framing < 0)
  }

  private respond(list: string[], isBodiless: boolean, mayHaveTrailers: boolean): void {
    const endStream = isBodiless || this.request.isHead
    const waitForTrailers = mayHaveTrailers && !endStream
    if (waitForTrailers) this.stream.once('wantTrailers', () => this.sendTrailers())
    this.stream.respond(list, { endStream, waitForTrailers })
  }

  private sendTrailers(): void {
    this.stream.sendTrailers(this.responseTrailers === undefined ? {} : fieldsOf(this.responseTrailers))
  }

  send(piece: Buffer, isLent: boolean): void {
    if (piece.length === 0 || !this.stream.writable) return
    const kept = owned(piece, isLent)
    if (this.gathered === undefined && kept.length <= MAX_GATHERED) {
      this.gathered = kept
      return
    }
    this.spill()
    for (let at = 0; at < kept.length; at += STEP) this.write(kept.subarray(at, at + STEP))
  }

  private spill(): void {
    const { gathered } = this
    this.gathered = undefined
    if (gathered !== undefined && this.stream.writable) this.write(gathered)
  }

  private write(piece: Buffer): void {
    this.told ??= () => this.taken()
    this.stream.write(piece, this.told)
  }

  flush(): void {
    this.spill()
    this.watchStall()
  }

  /** A visitor that opens no window holds what it doesn't take only for so long. */
  private watchStall(): void {
    if (this.isStalled || this.stream.writableLength === 0) return
    this.isStalled = true
    this.arm(this.port.limits.writeIdleTimeout)
  }

  /** One step was taken. */
  private taken(): void {
    if (this.stream.destroyed) return
    this.isStalled = false
    this.disarm()
    if (this.stream.writableLength > 0) {
      this.watchStall()
      return
    }
    this.armBody()
    if (this.isClear) this.sink?.drained()
  }

  finish(trailers: Head | undefined): void {
    this.responseTrailers = trailers
    this.endStream(this.gathered)
  }

  answer(answer: Answer, edits: FieldEdits | undefined): void {
    if (!this.canRespond) return
    const { status, fields, body } = answer
    const isBodiless = status === 204 || status === 304
    const list = answerList(status, fields, edits)
    if (!isBodiless) list.push('content-length', String(body.length))
    const hasBody = !isBodiless && !this.request.isHead && body.length > 0
    this.respond(list, !hasBody, false)
    this.endStream(hasBody ? Buffer.from(body.buffer, body.byteOffset, body.length) : undefined)
  }

  /** The response is complete. A request that isn't is not read on: the visitor is told that nothing is missing (RFC 9113 8.1). */
  private endStream(last: Buffer | undefined): void {
    const { stream } = this
    this.sink = undefined
    this.isTurnOpen = false
    this.gathered = undefined
    if (stream.destroyed) return
    if (!this.hasRequestEnded) stream.once('finish', () => stream.close(NGHTTP2_NO_ERROR))
    if (stream.writable) stream.end(last)
    this.watchStall()
  }

  /** The message is incomplete, and a reset says so. */
  abort(): void {
    this.sink = undefined
    this.isTurnOpen = false
    this.gathered = undefined
    this.isOurFault = true
    cut(this.stream, NGHTTP2_INTERNAL_ERROR)
  }

  takeSocket(response: ResponseMessage, connection: ConnectionField, cookie: string | undefined): RelayEnd {
    const { stream } = this
    const list = responseList(response, connection, undefined, 200)
    const accept = list.indexOf('sec-websocket-accept')
    if (accept >= 0) list.splice(accept, 2)
    if (cookie !== undefined) list.push('set-cookie', cookie)
    this.disarm()
    this.isTurnOpen = false
    this.sink = undefined
    stream.respond(list)
    return { socket: stream, early: undefined }
  }
}
