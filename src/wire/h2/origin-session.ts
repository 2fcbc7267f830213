// One HTTP/2 connection to an origin: as many exchanges at once as it allows, each on a stream of its own (RFC 9113 5.1.2).
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import type { Socket } from 'node:net'
import type { Failure } from '../../base/failure.ts'
import { type Member, Roster } from '../../base/roster.ts'
import { originFailure } from '../../net/dial-failure.ts'
import type { Deadline } from '../../net/wheel.ts'
import type { WireParts } from '../h1/origin.ts'
import { H2OriginStream } from './origin-stream.ts'
import { outlive } from './outlive.ts'
import { CONNECTION_WINDOW, ORIGIN_OPTIONS } from './session-options.ts'
import { YoungStreams } from './young-streams.ts'

const { NGHTTP2_NO_ERROR } = constants
const GONE = 'connection_terminated'

/** An origin may allow millions of streams; more than these on one connection only wait for each other. */
const MAX_STREAMS = 256
/** How long an origin that let a request time out may take to show that it is there at all. */
const SIGN_OF_LIFE = 5_000
/** How long a connection that was told to go may take over its last frames. */
const LINGER = 2_000

/** How long what an origin sent before it closed its side may take to be read. */
const GRACE = 200

/** Whoever keeps the connection. */
export interface SessionOwner {
  /** No exchange is under way. */
  rested(session: H2OriginSession): void
  /** One of several exchanges is over. */
  roomier(session: H2OriginSession): void
  closed(session: H2OriginSession): void
}

export class H2OriginSession implements Member {
  readonly scheme: 'http' | 'https'
  readonly parts: WireParts
  /** Exchanges begun so far. */
  served = 0
  place = 0
  private readonly session: ClientHttp2Session
  private readonly socket: Socket
  private readonly owner: SessionOwner
  private readonly deadline: Deadline
  private readonly sides: Roster<H2OriginStream> = new Roster()
  private readonly young: YoungStreams
  private isLeaving = false
  private hasEnded = false
  private isReady = false
  private error: Error | undefined

  /** `ready` hears once, later, whether the origin speaks HTTP/2: its settings have come, or the connection ended. */
  constructor(
    socket: Socket,
    scheme: 'http' | 'https',
    parts: WireParts,
    owner: SessionOwner,
    ready: (failure: Failure | undefined) => void,
  ) {
    this.socket = socket
    this.scheme = scheme
    this.parts = parts
    this.owner = owner
    this.deadline = parts.wheel.deadline(() => this.destroy())
    this.session = connect(`${scheme}://origin`, { ...ORIGIN_OPTIONS, createConnection: () => socket })
    this.young = new YoungStreams(this.session)
    const noteError = (error: Error): void => {
      this.error ??= error
    }
    this.session.on('error', noteError)
    // Node's session ends without one when its socket is no socket of the system's, as a stream through an agent isn't.
    socket.on('error', noteError)
    this.session.on('goaway', () => this.leave())
    socket.on('end', () => this.ended())
    this.session.on('close', () => this.closed(ready))
    this.session.once('connect', () => this.session.setLocalWindowSize(CONNECTION_WINDOW))
    this.session.once('remoteSettings', () => {
      this.isReady = true
      ready(undefined)
    })
  }

  /** Whether one more exchange may begin now. */
  get hasRoom(): boolean {
    if (this.isLeaving || this.session.closed || this.session.destroyed) return false
    return (
      this.sides.size < Math.min(this.session.remoteSettings.maxConcurrentStreams ?? MAX_STREAMS, MAX_STREAMS)
    )
  }

  /** Whether no exchange has a stream on it. */
  get isIdle(): boolean {
    return this.sides.size === 0
  }

  /** WebSockets may be asked for (RFC 8441 3). */
  get takesConnect(): boolean {
    return this.session.remoteSettings.enableConnectProtocol === true
  }

  /** A side for one exchange; takes a stream's place at once. */
  side(): H2OriginStream {
    this.deadline.disarm()
    const side = new H2OriginStream(this)
    this.sides.add(side)
    return side
  }

  /** The stream of a side. */
  request(list: string[], endStream: boolean, waitForTrailers: boolean): ClientHttp2Stream {
    this.served++
    const stream = this.session.request(list, { endStream, waitForTrailers })
    outlive(this.session, stream)
    return stream
  }

  /** A side is done with. */
  left(side: H2OriginStream): void {
    this.sides.delete(side)
    this.young.streamClosed()
    if (this.sides.size > 0) this.owner.roomier(this)
    else if (this.hasEnded) this.destroy()
    else if (this.isLeaving) this.deadline.arm(LINGER)
    else this.owner.rested(this)
  }

  /** Waits for another exchange, for so long at the most (0: for ever). */
  idle(timeoutMs: number): void {
    if (timeoutMs > 0) this.deadline.arm(timeoutMs)
  }

  /** An exchange timed out. If the origin as a whole is gone, nobody else should find out by waiting. */
  doubt(): void {
    if (this.session.destroyed || this.session.closed) return
    const silence = this.parts.wheel.deadline(() => this.destroy())
    silence.arm(SIGN_OF_LIFE)
    this.session.ping(() => silence.release())
  }

  /** Takes no new exchange, and closes when the last one is over. */
  leave(): void {
    if (this.isLeaving) return
    this.isLeaving = true
    this.session.close()
    if (this.sides.size === 0) this.deadline.arm(LINGER)
  }

  /**
   * The origin sends nothing more. While a write is under way, Node holds back what has come, and reads on when it is done; and what
   * has come whole waits for visitors that take their time. Everything else is over.
   */
  private ended(): void {
    this.isLeaving = true
    this.hasEnded = true
    if (this.sides.size === 0) {
      this.destroy()
      return
    }
    const grace = this.parts.wheel.deadline(() => {
      grace.release()
      for (const side of this.sides.list()) side.nothingFollows()
    })
    grace.arm(GRACE)
  }

  destroy(): void {
    this.isLeaving = true
    this.session.destroy(undefined, NGHTTP2_NO_ERROR)
    this.socket.destroy()
  }

  /** Nothing more comes on any of its streams. */
  get isOver(): boolean {
    return this.session.destroyed
  }

  /** What ended the connection, for those who were on it. */
  get why(): string {
    return this.error === undefined ? 'the connection was closed' : this.error.message
  }

  /** The same as a failure. */
  get loss(): Failure {
    const code = this.error === undefined ? GONE : originFailure(this.error, GONE).code
    return { code, side: 'origin', detail: this.why }
  }

  private closed(ready: (failure: Failure | undefined) => void): void {
    this.isLeaving = true
    this.deadline.release()
    this.owner.closed(this)
    if (!this.isReady)
      ready({ code: 'http_protocol_error', side: 'origin', detail: `no HTTP/2: ${this.why}` })
  }
}
