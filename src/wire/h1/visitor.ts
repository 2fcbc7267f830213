// One visitor's HTTP/1.x connection: reads requests one after another, in order, and writes their responses.
// Mutable on purpose: one object per connection that is its current request's side as well; it lives on the hottest path.
import type { Socket } from 'node:net'
import type { Answer } from '../../http/answer.ts'
import type { FieldEdits } from '../../http/edits.ts'
import type { Deadline } from '../../net/wheel.ts'
import { isPreface } from '../h2/preface.ts'
import type { ResponseMessage } from '../message.ts'
import { Outlet } from '../outlet.ts'
import type { RelayEnd } from '../relay.ts'
import type { RequestSink, Security, VisitorConnection, VisitorPort, VisitorSide } from '../visitor-side.ts'
import { ConnectionField, MOST_WORDS } from './connection-field.ts'
import type { Head } from './head.ts'
import { FIELD } from './names.ts'
import type { WireParts } from './origin.ts'
import { BODY_TIMEOUT, HEADER_TIMEOUT, type Refusal } from './refusal.ts'
import type { RequestEvents, RequestReader } from './request-reader.ts'
import type { SpareReaders } from './spare-readers.ts'
import { VisitorReads } from './visitor-reads.ts'
import { trailerLines } from './write-request.ts'
import { writeAnswerHead, writeInterimHead, writeResponseHead, writeSwitchingHead } from './write-response.ts'

/** An unread request body up to this size is read and thrown away to keep the connection. */
const MAX_DISCARD = 256 * 1024
/** How long a connection that was promised to stay waits for one more request once its listener is going away. */
const LAST_CHANCE = 1_000
/** How long a closing connection may go on sending what we throw away, so that our last answer isn't lost to a reset. */
const LINGER = 2_000

export class H1Visitor implements VisitorSide, VisitorConnection, RequestEvents {
  readonly request: RequestReader
  readonly connection: ConnectionField = new ConnectionField()
  readonly peer: string
  readonly security: Security | undefined
  memo: object | undefined
  place = 0
  private readonly socket: Socket
  private readonly outlet: Outlet
  private readonly port: VisitorPort
  private readonly deadline: Deadline
  private readonly reads: VisitorReads
  private sink: RequestSink | undefined
  /** From a request's head to the end of its response. */
  private isTurnOpen = false
  /** The answer is out, the rest of its request's body is being thrown away. */
  private isDiscarding = false
  /** Inside `pump`: it goes on by itself when a turn ends. */
  private isPumping = false
  private isPaused = false
  /** The deadline is the one of the head that is coming in; more of its bytes don't move it. */
  private isHeadTimed = true
  /** Our side is closed or about to be; what still comes is thrown away. */
  private isLingering = false
  private isOver = false
  /** The current response is not the last one on this connection. */
  private isPersistent = true
  /** The visitor said itself that nothing follows the current request. */
  private isLastByWish = false
  private isChunked = false
  private endsWithConnection = false
  /** Nothing was read yet, so that it may still turn out to be HTTP/2. */
  private isFresh: boolean
  /** The socket is somebody else's, who may ask for the request when the connection is over. */
  private isTaken = false

  constructor(
    socket: Socket,
    peer: string,
    security: Security | undefined,
    port: VisitorPort,
    { wheel, scratch, buffers, readers }: Pick<WireParts, 'wheel' | 'scratch' | 'buffers' | 'readers'>,
  ) {
    this.socket = socket
    this.port = port
    this.peer = peer
    this.security = security
    const drained = (): void => (this.isLingering ? this.armFor(LINGER) : this.sink?.drained())
    this.outlet = new Outlet(socket, drained, scratch)
    this.outlet.limitStalls(port.limits.writeIdleTimeout, wheel)
    this.request = readers.take(port.limits, this, security === undefined ? 'http' : 'https')
    this.isFresh = port.speaksHttp2
    this.deadline = wheel.deadline(() => this.expired())
    this.armFor(port.limits.headerTimeout)
    this.reads = new VisitorReads(socket, buffers, bytes => this.received(bytes))
    socket.on('end', () => this.ended())
    socket.on('timeout', () => this.stalled())
    socket.on('error', () => undefined)
    socket.on('close', () => this.closed(readers))
  }

  get protocol(): 'HTTP/1.0' | 'HTTP/1.1' {
    return this.request.line.isHttp10 ? 'HTTP/1.0' : 'HTTP/1.1'
  }

  get isClear(): boolean {
    return this.outlet.isClear
  }

  /** No request is under way and nothing of a next one has come. */
  get isIdle(): boolean {
    return !this.isTurnOpen && !this.isOver && !this.reads.hasHeld && this.request.isIdle
  }

  /** HTTP/1.1 has no word for it between two messages: the next answer says `close`. */
  drain(): void {}

  /** Closes the connection gently if it is between requests. */
  closeIdle(): void {
    if (this.isIdle) this.leave()
  }

  /** Ends the connection at once, whatever it does. */
  destroy(): void {
    this.outlet.drop()
    this.socket.destroy()
  }

  private received(bytes: Buffer): void {
    if (this.isLingering) return
    if (this.isFresh) {
      this.receivedFirst(bytes)
      return
    }
    if (this.isTurnOpen && this.request.hasEnded) this.hold(bytes)
    else this.pump(bytes)
  }

  /** The first bytes: a request's, or the preface of HTTP/2, of which a part may look like either. */
  private receivedFirst(bytes: Buffer): void {
    const all = this.reads.behindHeld(bytes)
    const decided = isPreface(all)
    if (decided === undefined) {
      this.reads.hold(all)
      return
    }
    this.isFresh = false
    if (decided) this.becomeHttp2(all)
    else this.pump(all)
  }

  private becomeHttp2(bytes: Buffer): void {
    this.isOver = true
    this.deadline.release()
    this.outlet.letGo()
    for (const event of ['data', 'end', 'timeout', 'close']) this.socket.removeAllListeners(event)
    this.reads.stop()
    this.socket.pause()
    this.socket.unshift(this.reads.kept(bytes))
    this.port.becomeHttp2(this, this.socket, this.peer)
  }

  private pump(bytes: Buffer): void {
    let at = 0
    this.isPumping = true
    while (at < bytes.length) {
      at = this.request.read(bytes, at)
      if (this.isLingering || this.isOver || this.isTurnOpen || !this.request.hasEnded) break
      this.nextRequest()
    }
    this.isPumping = false
    if (this.isLingering || this.isOver) return
    if (at < bytes.length) this.hold(at === 0 ? bytes : bytes.subarray(at))
    if (this.isTurnOpen) {
      this.sink?.flush()
      this.armBody()
    } else {
      this.rest()
    }
    this.outlet.flush()
  }

  /** Keeps what came behind the current request until that is answered. */
  private hold(bytes: Buffer): void {
    this.reads.hold(bytes)
    if (this.reads.holdsMuch) this.pause()
  }

  private nextRequest(): void {
    this.isDiscarding = false
    this.request.next(this.port.limits)
  }

  /** Waits for a next request, or for the rest of one, under the timeout that fits. */
  private rest(): void {
    const { limits } = this.port
    if (this.isDiscarding) {
      this.deadline.arm(limits.bodyIdleTimeout === 0 ? LINGER : limits.bodyIdleTimeout)
    } else if (this.request.isIdle) {
      this.isHeadTimed = false
      this.armFor(this.port.isDraining ? LAST_CHANCE : limits.keepaliveTimeout)
    } else if (!this.isHeadTimed) {
      this.isHeadTimed = true
      this.armFor(limits.headerTimeout)
    }
  }

  head(): void {
    this.isHeadTimed = false
    this.deadline.disarm()
    this.connection.read(this.request.head, MOST_WORDS)
    this.isLastByWish = this.connection.close || (this.request.line.isHttp10 && !this.connection.keepAlive)
    this.isPersistent = !this.isLastByWish
    this.isTurnOpen = true
    const sink = this.port.openExchange(this)
    // An answer given at once has closed the turn already.
    if (this.isTurnOpen) this.sink = sink
  }

  data(piece: Buffer): void {
    this.sink?.data(piece, this.reads.isLent)
  }

  end(trailers: Head | undefined): void {
    this.deadline.disarm()
    this.sink?.end(trailers)
  }

  refused(refusal: Refusal): void {
    this.isPersistent = false
    this.deadline.disarm()
    if (this.sink !== undefined) this.sink.refused(refusal)
    else if (this.isDiscarding) this.linger()
    else if (!this.isLingering) this.port.refuse(this, refusal)
  }

  pause(): void {
    if (this.isPaused) return
    this.isPaused = true
    if (!this.request.hasEnded) this.deadline.disarm()
    this.socket.pause()
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.socket.resume()
    this.armBody()
  }

  /** The body's silence is the visitor's only while we are reading. */
  private armBody(): void {
    if (this.isTurnOpen && !this.request.hasEnded && !this.isPaused)
      this.armFor(this.port.limits.bodyIdleTimeout)
  }

  private armFor(timeout: number): void {
    if (timeout > 0) this.deadline.arm(timeout)
    else this.deadline.disarm()
  }

  private expired(): void {
    if (this.isLingering || this.isDiscarding) this.destroy()
    else if (this.isTurnOpen) this.request.refuse(BODY_TIMEOUT)
    else if (this.request.isIdle) this.leave()
    else this.request.refuse(HEADER_TIMEOUT)
  }

  private stalled(): void {
    if (this.outlet.isClear) return
    this.sink?.stalled()
    this.destroy()
  }

  /** FIN before the answer is a cancellation, as nginx and Go read it. */
  private ended(): void {
    if (this.isLingering) return
    if (this.isTurnOpen) this.destroy()
    else this.linger()
  }

  private closed(readers: SpareReaders): void {
    if (this.isOver) return
    this.isOver = true
    this.deadline.release()
    const { sink } = this
    this.sink = undefined
    sink?.gone()
    this.port.closed(this)
    if (!this.isTaken) readers.giveBack(this.request)
  }

  sendContinue(): void {
    this.outlet.text('HTTP/1.1 100 Continue\r\n\r\n')
    this.outlet.flush()
  }

  interim(response: ResponseMessage, connection: ConnectionField): void {
    if (!this.request.line.isHttp10) this.outlet.text(writeInterimHead(response, connection))
  }

  begin(response: ResponseMessage, connection: ConnectionField, edits: FieldEdits | undefined): void {
    const isOpenEnded =
      !response.isBodiless && (response.framing < 0 || connection.nominated.has('content-length'))
    this.isChunked = isOpenEnded && !this.request.line.isHttp10
    this.endsWithConnection = isOpenEnded && this.request.line.isHttp10
    if (this.endsWithConnection || !this.request.hasEnded) this.isPersistent = false
    const plan = { edits, isChunked: this.isChunked, connectionLine: this.connectionLine() }
    this.outlet.text(writeResponseHead(response, connection, plan))
  }

  private connectionLine(): string {
    if (this.port.isDraining) this.isPersistent = false
    if (!this.isPersistent) return 'Connection: close\r\n'
    return this.request.line.isHttp10 ? 'Connection: keep-alive\r\n' : ''
  }

  send(piece: Buffer, isLent: boolean): void {
    if (this.isChunked) this.outlet.chunk(piece, isLent)
    else this.outlet.bytes(piece, isLent)
  }

  finish(trailers: Head | undefined): void {
    if (this.isChunked)
      this.outlet.text(trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailerLines(trailers)}\r\n`)
    this.closeTurn()
  }

  answer(answer: Answer, edits: FieldEdits | undefined): void {
    this.isChunked = false
    // Whoever sent what two parsers may read differently gets no second message past us (RFC 9112 2.2, 3).
    if (answer.status === 400 || (!this.request.hasEnded && !this.canDiscard())) this.isPersistent = false
    this.outlet.text(writeAnswerHead(answer, edits, this.port.dateLine(), this.connectionLine()))
    const hasBody = this.request.line.method !== 'HEAD' && answer.status !== 204 && answer.status !== 304
    if (hasBody)
      this.outlet.bytes(Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.length), false)
    this.closeTurn()
  }

  private canDiscard(): boolean {
    const { expectsContinue, remaining = Number.POSITIVE_INFINITY } = this.request
    return !expectsContinue && remaining <= MAX_DISCARD
  }

  /** The response is complete: on to the next request, or to the end of the connection. */
  private closeTurn(): void {
    this.sink = undefined
    this.isTurnOpen = false
    if (!this.isPersistent) {
      if (this.isLastByWish && this.request.hasEnded && !this.reads.hasHeld) this.leave()
      else this.linger()
      return
    }
    this.isDiscarding = !this.request.hasEnded
    if (this.isPumping) return
    this.outlet.flush()
    if (!this.isDiscarding) this.nextRequest()
    const early = this.reads.takeHeld()
    this.resume()
    if (early === undefined) this.rest()
    else this.pump(early)
  }

  flush(): void {
    this.outlet.flush()
  }

  /** Says that nothing more will come, and throws away what the visitor still sends until it closes too. */
  private linger(): void {
    if (this.isLingering || this.isOver) return
    this.isLingering = true
    this.reads.takeHeld()
    this.outlet.flush()
    // As long as it takes our answer, however slowly, only write_idle_timeout limits it.
    this.armFor(this.outlet.isClear ? LINGER : 0)
    this.socket.end()
    if (this.isPaused) this.socket.resume()
  }

  /** Closes a connection on which nothing more will come: nobody is waited for. Only TLS has a farewell to send. */
  private leave(): void {
    if (this.isLingering || this.isOver) return
    this.isLingering = true
    this.outlet.flush()
    if (this.outlet.isClear && this.security === undefined) this.socket.destroy()
    else this.socket.destroySoon()
  }

  abort(): void {
    this.outlet.flush()
    // A body that ends with the connection looks complete after a FIN; only a reset shows that it was cut.
    // TLS shows a cut by itself, as nobody says farewell (RFC 9112 9.8); a unix socket has no resets.
    const isHidden = this.endsWithConnection && this.security === undefined
    if (isHidden && this.socket.remoteAddress !== undefined) this.socket.resetAndDestroy()
    else this.destroy()
  }

  takeSocket(response: ResponseMessage, connection: ConnectionField, cookie: string | undefined): RelayEnd {
    const key = this.request.head.known(FIELD.webSocketKey)
    this.outlet.text(writeSwitchingHead(response, connection, key, cookie))
    this.outlet.flush()
    this.deadline.release()
    this.isLingering = true
    this.isTaken = true
    this.sink = undefined
    for (const event of ['data', 'end', 'timeout']) this.socket.removeAllListeners(event)
    this.reads.stop()
    this.outlet.letGo()
    return { socket: this.socket, early: this.reads.takeHeld() }
  }
}
