// One visitor's HTTP/2 connection: opens a side for each of its streams, and ends it when it is idle, drained or abused.
// The frames are node:http2's (nghttp2); what a request means is read by the codec of HTTP/1.1.
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { Roster } from '../../base/roster.ts'
import type { Deadline, Wheel } from '../../net/wheel.ts'
import type { Security, VisitorConnection, VisitorPort } from '../visitor-side.ts'
import { FieldLists } from './field-lists.ts'
import { outlive } from './outlive.ts'
import { Patience } from './patience.ts'
import { H2Request } from './request.ts'
import { ResetBudget } from './reset-budget.ts'
import { CONNECTION_WINDOW, visitorOptions } from './session-options.ts'
import { H2VisitorStream } from './visitor-stream.ts'
import { YoungStreams } from './young-streams.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR } = constants

/** How long a connection that was told to go may take over its last frames. */
const LINGER = 2_000
/** Requests kept for the next streams. */
const MAX_SPARE = 32

export class H2Visitor implements VisitorConnection {
  readonly peer: string
  readonly security: Security | undefined
  readonly wheel: Wheel
  /** Of the engine, for all streams. */
  memo: object | undefined
  place = 0
  private readonly session: ServerHttp2Session
  private readonly socket: Socket
  private readonly port: VisitorPort
  private readonly deadline: Deadline
  private readonly budget: ResetBudget
  private readonly streams: Roster<H2VisitorStream> = new Roster()
  /** Of all streams. */
  readonly patience: Patience
  private readonly spare: H2Request[] = []
  /** Of all streams, as one visitor's requests are mostly alike. */
  readonly lists: FieldLists = new FieldLists()
  private readonly young: YoungStreams
  private isLeaving = false

  /** `socket` agreed on h2, or has sent the preface, which is still to be read. */
  constructor(socket: Socket, peer: string, security: Security | undefined, port: VisitorPort, wheel: Wheel) {
    this.socket = socket
    this.peer = peer
    this.security = security
    this.port = port
    this.wheel = wheel
    this.budget = new ResetBudget(wheel.now)
    this.patience = new Patience(this.streams, wheel)
    this.deadline = wheel.deadline(() => this.expired())
    this.deadline.arm(port.limits.headerTimeout)
    this.session = performServerHandshake(socket, visitorOptions(port.limits))
    this.young = new YoungStreams(this.session)
    this.session.setLocalWindowSize(CONNECTION_WINDOW)
    this.session.on('stream', (stream, _, flags, list) => this.opened(stream, flags, list))
    this.session.on('error', () => undefined)
    this.session.on('close', () => this.closed())
    socket.on('error', () => undefined)
    // Half a connection is none in HTTP/2.
    socket.on('end', () => this.destroy())
  }

  /** What the visitor's `:scheme` has to be. */
  get scheme(): 'http' | 'https' {
    return this.security === undefined ? 'http' : 'https'
  }

  private opened(stream: ServerHttp2Stream, flags: number, list: readonly string[]): void {
    if ((flags & NGHTTP2_FLAG_END_STREAM) === 0) outlive(this.session, stream)
    const side = new H2VisitorStream(stream, this.spare.pop() ?? new H2Request(), this, this.port)
    this.streams.add(side)
    this.deadline.disarm()
    side.open(list, flags)
  }

  /** A stream is over; one that ended by a reset is counted. */
  streamClosed(side: H2VisitorStream, code: number): void {
    this.streams.delete(side)
    this.young.streamClosed()
    this.recycle(side.request)
    if (code !== NGHTTP2_NO_ERROR && !this.budget.take(this.wheel.now)) this.end(NGHTTP2_ENHANCE_YOUR_CALM)
    if (this.streams.size === 0) this.rest()
  }

  /** What held one head holds another: its tables cost more than all the rest of a stream. */
  private recycle(request: H2Request): void {
    // A WebSocket's record is made when both of its sides are over, which may be later.
    if (request.isConnect || this.spare.length >= MAX_SPARE) return
    request.clear()
    this.spare.push(request)
  }

  /** Also of a connection that is over when this stream is: its visitor may still be taking bytes, and may never close its side. */
  private rest(): void {
    if (!this.socket.destroyed) this.deadline.arm(this.port.limits.keepaliveTimeout)
  }

  private expired(): void {
    // A visitor's own GOAWAY ends the session, and not the connection.
    if (this.isLeaving || this.session.destroyed) this.destroy()
    else this.leave()
  }

  /**
   * The listener is going away. One GOAWAY, with the last stream that was taken: behind any GOAWAY that Node can send, even one that
   * excludes nothing yet (RFC 9113 6.8), nghttp2 ignores new streams, and their visitor would wait in vain to be told.
   */
  drain(): void {
    this.leave()
  }

  closeIdle(): void {
    this.leave()
  }

  /** Opens no more streams, and closes when the last one is over. */
  private leave(): void {
    if (this.isLeaving || this.session.destroyed) return
    this.isLeaving = true
    this.session.close()
    if (this.streams.size === 0) this.deadline.arm(LINGER)
  }

  /** Ends the connection and all that goes on in it, with a word why. */
  private end(code: number): void {
    this.isLeaving = true
    if (this.session.destroyed) return
    this.session.goaway(code)
    this.session.destroy()
  }

  destroy(): void {
    this.isLeaving = true
    this.session.destroy()
    this.socket.destroy()
  }

  private closed(): void {
    this.isLeaving = true
    this.deadline.release()
    this.patience.release()
    this.port.closed(this)
  }
}
