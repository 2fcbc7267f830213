// One HTTP/1.1 connection to an origin: writes one request at a time, reads its response, and says when it is free again.
// Mutable on purpose: it lives on the hottest path.
import type { Socket } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type { Failure } from '../../base/failure.ts'
import type { Random } from '../../base/random.ts'
import type { ReasonCode } from '../../base/reason.ts'
import type { Member } from '../../base/roster.ts'
import { type Dialing, type DialRequest, dial } from '../../net/dial.ts'
import { originFailure } from '../../net/dial-failure.ts'
import { type DialReads, discard, pour } from '../../net/dial-step.ts'
import type { Names } from '../../net/names.ts'
import type { ReadBuffers } from '../../net/read-buffers.ts'
import type { Scratch } from '../../net/scratch.ts'
import type { Trust } from '../../net/trust.ts'
import type { Tunnels } from '../../net/tunnels.ts'
import type { Deadline, Wheel } from '../../net/wheel.ts'
import type { Sender } from '../message.ts'
import type { OriginSide, OriginSink, OriginTimeouts } from '../origin-side.ts'
import { Outlet } from '../outlet.ts'
import type { RelayEnd } from '../relay.ts'
import { ConnectionField } from './connection-field.ts'
import { saysClose } from './going-on.ts'
import type { Head } from './head.ts'
import { FIELD } from './names.ts'
import type { Refusal } from './refusal.ts'
import { type ResponseEvents, ResponseReader } from './response-reader.ts'
import type { SpareReaders } from './spare-readers.ts'
import { goesChunked, type RequestPlan, trailerLines, writeRequestHead } from './write-request.ts'

/** What every connection of the process shares. */
export interface WireParts {
  readonly clock: Clock
  readonly random: Random
  readonly wheel: Wheel
  readonly buffers: ReadBuffers
  readonly scratch: Scratch
  readonly readers: SpareReaders
  readonly trust: Trust
  readonly names: Names
  readonly tunnels: Tunnels
}

/** Whoever keeps idle connections. */
export interface OriginOwner {
  /** The exchange is over and the connection may serve another. */
  freed(origin: H1Origin): void
  closed(origin: H1Origin): void
}

/** Of a response that a visitor keeps waiting, the rest is read into buffers of its own when it is more than this. */
const LARGE_AFTER = 16 * 1024

export class H1Origin implements OriginSide, ResponseEvents, DialReads, Member {
  readonly response: ResponseReader = new ResponseReader(this)
  readonly connection: ConnectionField = new ConnectionField()
  isReused = false
  place = 0
  readonly isShared = false
  /** Milliseconds that the origin said it keeps idle connections, undefined when it said nothing. */
  keepAliveHint: number | undefined
  private readonly dialing: Dialing
  /** These two are there once it is connected; nobody asks for more than to give up before. */
  private socket!: Socket
  private outlet!: Outlet
  private readonly owner: OriginOwner
  private readonly buffers: ReadBuffers
  private readonly scratch: Scratch
  private readonly wheel: Wheel
  private readonly deadline: Deadline
  private readonly silence: Deadline
  private sink: OriginSink | undefined
  private tap: ((bytes: Buffer) => boolean) | undefined
  private timeouts: OriginTimeouts = { head: 0, read: 0, write: 0 }
  private error: Error | undefined
  private isChunked = false
  private isRequestDone = false
  /** The request said that nothing follows it. */
  private isLast = false
  private isUpgraded = false
  private isPaused = false
  private isOver = false
  private isConnected = false
  private early: Buffer | undefined
  /** The visitor is slow: what is read from now on is kept for it. */
  private isKept = false
  /** The buffer that kept bytes are read into, and the one whose bytes the visitor has not taken yet. */
  private large: Buffer | undefined
  private largeInUse: Buffer | undefined

  private constructor(parts: WireParts, owner: OriginOwner, link: (reads: DialReads) => Dialing) {
    this.owner = owner
    this.buffers = parts.buffers
    this.scratch = parts.scratch
    this.wheel = parts.wheel
    this.deadline = parts.wheel.deadline(() => this.expired())
    this.silence = parts.wheel.deadline(() => this.fail(timedOut('connection_read_timeout', 'read_timeout')))
    this.dialing = link(this)
  }

  /** Dials at once; `connected` hears how it went. */
  static dial(
    request: DialRequest,
    parts: WireParts,
    owner: OriginOwner,
    connected: (failure: Failure | undefined) => void,
  ): H1Origin {
    const origin = new H1Origin(parts, owner, reads =>
      dial(request, reads, parts, (socket, failure) => {
        if (socket === undefined) origin.isOver = true
        else origin.listen(socket)
        connected(failure)
      }),
    )
    return origin
  }

  /** Takes over a connection that is made already and whose bytes nobody reads yet. */
  static over(socket: Socket, parts: WireParts, owner: OriginOwner): H1Origin {
    const origin = new H1Origin(parts, owner, () => ({ cancel: () => discard(socket) }))
    origin.listen(socket)
    pour(socket, origin)
    return origin
  }

  private listen(socket: Socket): void {
    this.isConnected = true
    this.socket = socket
    this.outlet = new Outlet(socket, () => this.sink?.drained(), this.scratch)
    this.socket.on('end', () => this.ended())
    this.socket.on('timeout', () => this.stalled())
    this.socket.on('error', error => {
      this.error = error
    })
    this.socket.on('close', () => this.closed())
  }

  get isClear(): boolean {
    return this.outlet.isClear
  }

  get isUntouched(): boolean {
    return this.response.isUntouched
  }

  /** Starts an exchange. The connection is connected and free. */
  begin(
    sink: OriginSink,
    { request, connection }: Sender,
    plan: RequestPlan,
    timeouts: OriginTimeouts,
  ): void {
    this.sink = sink
    this.timeouts = timeouts
    this.isRequestDone = false
    this.isKept = false
    this.deadline.disarm()
    this.outlet.limitStalls(timeouts.write, this.wheel)
    this.response.expect(request.line.method)
    this.isChunked = goesChunked(request, connection, plan.policy)
    this.isLast = saysClose(request, connection, plan.policy)
    this.outlet.text(writeRequestHead(request, connection, plan))
  }

  /** Waits for another exchange, for so long at the most (0: for ever). */
  idle(timeoutMs: number): void {
    this.isReused = true
    if (timeoutMs > 0) this.deadline.arm(timeoutMs)
  }

  send(piece: Buffer, isLent: boolean): void {
    if (this.isChunked) this.outlet.chunk(piece, isLent)
    else this.outlet.bytes(piece, isLent)
  }

  flush(): void {
    this.outlet.flush()
  }

  finishRequest(trailers: Head | undefined): void {
    if (this.isChunked)
      this.outlet.text(trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailerLines(trailers)}\r\n`)
    this.isRequestDone = true
    if (this.timeouts.head > 0 && this.response.isAwaitingHead) this.deadline.arm(this.timeouts.head)
    this.listenForSilence()
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    if (this.largeInUse !== undefined) {
      this.buffers.giveBack(this.largeInUse)
      this.largeInUse = undefined
    }
    this.listenForSilence()
    this.socket.resume()
  }

  abort(): void {
    this.sink = undefined
    this.tap = undefined
    this.close()
  }

  takeSocket(read: (bytes: Buffer) => boolean): RelayEnd {
    this.sink = undefined
    this.tap = read
    this.deadline.disarm()
    this.silence.disarm()
    this.response.head.clear()
    this.outlet.letGo()
    this.dropLarge(false)
    for (const event of ['end', 'timeout']) this.socket.removeAllListeners(event)
    return { socket: this.socket, early: this.early }
  }

  // What the reader calls.

  interim(): void {
    this.connection.read(this.response.head)
    this.sink?.interim()
  }

  head(): void {
    this.deadline.disarm()
    this.connection.read(this.response.head)
    this.keepAliveHint = keepAliveTimeout(this.response.head)
    this.sink?.head()
  }

  data(piece: Buffer): void {
    this.sink?.data(piece, this.large === undefined)
  }

  end(trailers: Head | undefined): void {
    this.sink?.end(trailers)
  }

  upgraded(): void {
    this.deadline.disarm()
    this.connection.read(this.response.head)
    this.isUpgraded = true
  }

  broken(refusal: Refusal): void {
    const code: ReasonCode =
      refusal.code === 'http_response_header_section_size' ? refusal.code : 'http_protocol_error'
    this.fail({ code, side: 'origin', detail: refusal.detail })
  }

  /** A read has come; returns whether to go on reading. */
  read(length: number, buffer: Buffer): boolean {
    const bytes = buffer.subarray(0, length)
    if (this.tap !== undefined) return this.tap(bytes)
    const { sink } = this
    if (sink === undefined) {
      // Nobody asked: whatever this is, it must not become the answer to the next request.
      this.close()
      return false
    }
    const at = this.response.read(bytes, 0)
    if (this.isUpgraded) {
      this.early = at < length ? Buffer.from(bytes.subarray(at)) : undefined
      sink.upgraded()
      return !this.isOver
    }
    const isTaken = sink.flush()
    if (this.response.hasEnded) {
      this.settle(at === length, isTaken)
      return !this.isOver
    }
    this.isPaused = !isTaken
    if (this.isPaused) this.silence.disarm()
    else this.listenForSilence()
    return isTaken
  }

  /** Where the next read goes. Asked after each read, so the last one's bytes are written or copied unless we are paused. */
  buffer(): Buffer {
    if (this.isPaused) {
      this.largeInUse = this.large
      this.large = undefined
      this.isKept ||= (this.response.remaining ?? Number.POSITIVE_INFINITY) > LARGE_AFTER
    }
    if (!this.isKept || this.response.hasEnded) return this.buffers.shared
    this.large ??= this.buffers.take()
    return this.large
  }

  /** The response is complete. `isClean`: no byte came behind it; `isTaken`: the visitor holds none of our buffers. */
  private settle(isClean: boolean, isTaken: boolean): void {
    this.sink = undefined
    this.deadline.disarm()
    this.silence.disarm()
    this.dropLarge(isTaken)
    const mayServeAgain = isClean && this.isRequestDone && this.mayServeAgain()
    this.response.head.clear()
    if (mayServeAgain) this.owner.freed(this)
    else this.close()
  }

  /** `isFree`: nobody holds bytes of it any more, and the next read goes elsewhere. */
  private dropLarge(isFree: boolean): void {
    if (this.large !== undefined && isFree) this.buffers.giveBack(this.large)
    this.large = undefined
  }

  private mayServeAgain(): boolean {
    const { response, connection } = this
    if (this.isOver || this.isLast || connection.close || response.runsUntilClose || !this.outlet.isClear)
      return false
    return !response.line.isHttp10 || connection.keepAlive
  }

  private listenForSilence(): void {
    if (this.timeouts.read > 0 && this.sink !== undefined && this.isRequestDone)
      this.silence.arm(this.timeouts.read)
  }

  private expired(): void {
    if (this.sink === undefined) this.close()
    else this.fail(timedOut('http_response_timeout', 'response_header_timeout'))
  }

  private stalled(): void {
    if (!this.outlet.isClear) this.fail(timedOut('connection_write_timeout', 'write_timeout'))
  }

  /** FIN: the end of a body that has no other, or of an idle connection; anywhere else it cuts a message short. */
  private ended(): void {
    const { sink } = this
    if (sink === undefined) {
      this.close()
      return
    }
    if (!this.response.finish()) {
      this.fail({ code: 'connection_terminated', side: 'origin', detail: 'the origin closed the connection' })
      return
    }
    sink.flush()
    this.settle(false, false)
  }

  private closed(): void {
    this.isOver = true
    this.dropLarge(false)
    this.deadline.release()
    this.silence.release()
    if (this.sink !== undefined) {
      const error = this.error ?? new Error('the connection was closed')
      this.fail(originFailure(error, 'connection_terminated'))
    }
    this.owner.closed(this)
  }

  private fail(failure: Failure): void {
    const { sink } = this
    this.sink = undefined
    this.close()
    sink?.failed(failure)
  }

  private close(): void {
    this.isOver = true
    this.deadline.release()
    this.silence.release()
    if (this.isConnected) this.outlet.drop()
    this.dropLarge(false)
    this.dialing.cancel()
    // Before it is connected nobody listens for the socket's own close.
    if (!this.isConnected) this.owner.closed(this)
  }
}

function timedOut(code: ReasonCode, key: string): Failure {
  return { code, side: 'origin', detail: key }
}

/** Seconds of `Keep-Alive: timeout=5`, as milliseconds. */
function keepAliveTimeout(head: Head): number | undefined {
  if (head.counts[FIELD.keepAlive] === 0) return undefined
  const seconds = /(?:^|[,;\s])timeout=(\d{1,9})/i.exec(head.known(FIELD.keepAlive) ?? '')
  return seconds === null ? undefined : Number(seconds[1]) * 1000
}
