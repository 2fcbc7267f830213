// One end of a multiplexed connection (yamux, hashicorp/yamux spec.md): its streams by their numbers, and what is said of the whole.
// State: it lives as long as its carrier. Whatever the other side does wrong ends the session, and nothing else.
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { SESSION_ENDED } from '../../net/dial-failure.ts'
import { lendReads } from '../../net/lent-reads.ts'
import type { Deadline, Wheel } from '../../net/wheel.ts'
import { FLAG, GO_AWAY, type GoAwayCode, INITIAL_WINDOW, TYPE } from './frame.ts'
import { type FrameEvents, FrameReader } from './frame-reader.ts'
import { Pulse } from './pulse.ts'
import { MuxStream, type StreamHost, streamError } from './stream.ts'
import { Streams } from './streams.ts'
import type { MuxTerms } from './terms.ts'
import { WindowBudget } from './window.ts'
import { FairWriter } from './writer.ts'

/** Why a session is over. */
export interface MuxEnd {
  /**
   * `closed`: we did it. `carrier_closed`: the connection below ended or broke. `ping_timeout`: nothing was heard any more.
   * `protocol_error`: the other side broke the protocol. `remote_error`: it says that we, or itself, did.
   */
  readonly reason: 'closed' | 'carrier_closed' | 'ping_timeout' | 'protocol_error' | 'remote_error'
  /** For the log. */
  readonly detail: string
}

export interface MuxEvents {
  /** The other side opened a stream, and was told that it is accepted; bytes follow once this returns. Without it, they are reset. */
  readonly accepted?: (stream: MuxStream) => void
  /** The other side takes no new streams. */
  readonly goneAway?: () => void
  /** No stream is left; not called when the session ends with the last one. */
  readonly emptied?: () => void
  /** Called once. The streams have been cut already. */
  readonly ended: (end: MuxEnd) => void
}

export interface MuxParts {
  readonly clock: Clock
  readonly wheel: Wheel
  /** What all sessions of a process may read into; without one each read is given memory of its own. */
  readonly buffer?: Buffer
}

/** Streams of a client have odd numbers. */
export type MuxRole = 'client' | 'server'

/** What carries a session: a socket of TCP or TLS. */
export type Carrier = Duplex & { setNoDelay?(isOn: boolean): unknown }

/** Milliseconds that the last frames may take. */
const LINGER = 2_000
const LAST_ID = 0xfffffffd

export class MuxSession implements FrameEvents, StreamHost {
  readonly writer: FairWriter
  readonly wheel: Wheel
  readonly budget: WindowBudget
  private readonly carrier: Carrier
  private readonly clock: Clock
  private readonly terms: MuxTerms
  private readonly events: MuxEvents
  private readonly reader: FrameReader = new FrameReader(this)
  private readonly pulse: Pulse
  private readonly linger: Deadline
  private readonly streams: Streams = new Streams()
  /** Opened, but more are unacknowledged than the other side has room for. */
  private readonly unannounced = new Set<MuxStream>()
  /** Bytes that came on the carrier. */
  received = 0
  /** The bytes that are being read are in a buffer of the next read, too. */
  private isLent = false
  private unacknowledged = 0
  private nextId: number
  /** Whose payload is coming. */
  private receiving: MuxStream | undefined
  private payloadLeft = 0
  private endsWithPayload = false
  private isRefusing = false
  private isDraining = false
  private isRefused = false
  private isOver = false
  private error: Error | undefined

  /** `early`: bytes of the other side that were read already. */
  constructor(
    carrier: Carrier,
    role: MuxRole,
    terms: MuxTerms,
    { clock, wheel, buffer }: MuxParts,
    events: MuxEvents,
    early?: Buffer,
  ) {
    this.carrier = carrier
    this.clock = clock
    this.wheel = wheel
    this.terms = terms
    this.events = events
    this.nextId = role === 'client' ? 1 : 2
    this.budget = new WindowBudget(terms.windowBudget, terms.maxWindow)
    this.writer = new FairWriter(carrier, () => this.eased())
    this.linger = wheel.deadline(() => carrier.destroy())
    this.pulse = new Pulse(
      clock,
      wheel,
      terms.pingInterval,
      terms.pingTimeout,
      value => this.writer.control(TYPE.ping, FLAG.syn, 0, value),
      () => this.end({ reason: 'ping_timeout', detail: 'no answer to a ping' }, undefined),
    )
    carrier.setNoDelay?.(true)
    this.listen(buffer)
    carrier.on('end', () => this.lost('the other side closed the connection'))
    carrier.on('error', error => {
      this.error ??= error
    })
    carrier.on('close', () => this.closed())
    this.pulse.ping(undefined)
    if (early !== undefined && early.length > 0) this.read(early)
  }

  /** A stream to the other side, usable at once; undefined when none may be opened. */
  open(): MuxStream | undefined {
    if (!this.mayOpen) return undefined
    const stream = new MuxStream(this)
    stream.awaitOpening()
    this.unannounced.add(stream)
    this.announce()
    return stream
  }

  /** No stream will be opened on it any more. */
  get isLeaving(): boolean {
    return this.isOver || this.isRefused || this.isDraining
  }

  /** Whether `open` gives a stream. */
  get mayOpen(): boolean {
    return (
      !this.isLeaving &&
      this.size < this.terms.maxStreams &&
      this.nextId + 2 * this.unannounced.size <= LAST_ID
    )
  }

  /** Streams that may still be opened beside those that are. */
  get room(): number {
    return this.mayOpen ? this.terms.maxStreams - this.size : 0
  }

  /** Bytes that were sent on the carrier. */
  get sent(): number {
    return this.writer.sent
  }

  /** Streams that are open. */
  get size(): number {
    return this.streams.size + this.unannounced.size
  }

  /** Measures a round trip; `told` hears its milliseconds, or nothing if the session ends before. */
  ping(told: (roundTrip: number) => void): void {
    if (!this.isOver) this.pulse.ping(told)
  }

  /** The other side is told to open no more streams; those that it has stay. */
  refuse(): void {
    if (this.isRefusing || this.isOver) return
    this.isRefusing = true
    this.writer.control(TYPE.goAway, 0, 0, GO_AWAY.normal)
  }

  /** Opens and takes no more streams, and closes when the last one is over. */
  drain(): void {
    this.refuse()
    this.isDraining = true
    if (this.size === 0) this.close()
  }

  /** Cuts what is left and says goodbye. */
  close(): void {
    this.end({ reason: 'closed', detail: 'closed by this side' }, GO_AWAY.normal)
  }

  // What streams ask.

  now(): number {
    return this.clock.now()
  }

  get roundTrip(): number {
    return this.pulse.roundTrip
  }

  get openTimeout(): number {
    return this.terms.openTimeout
  }

  get closeTimeout(): number {
    return this.terms.closeTimeout
  }

  left(stream: MuxStream, isReset: boolean): void {
    if (this.isOver) return
    if (stream.id === 0) this.unannounced.delete(stream)
    else {
      this.streams.delete(stream)
      if (isReset) this.writer.control(TYPE.window, FLAG.rst, stream.id, 0)
      if (!stream.isAcknowledged) this.unacknowledged--
      this.announce()
    }
    if (this.size > 0) return
    if (this.isDraining) this.close()
    else this.events.emptied?.()
  }

  // What the reader calls.

  dataFrame(id: number, flags: number, length: number): void {
    const stream = this.find(id, flags)
    this.receiving = stream
    this.payloadLeft = length
    this.endsWithPayload = (flags & FLAG.fin) !== 0
    if (stream === undefined) return
    if (!stream.takes(length)) this.violated(`${length} bytes for stream ${id}, more than its window`)
    else if (length === 0 && this.endsWithPayload) this.ended(stream)
  }

  payload(piece: Buffer): void {
    this.payloadLeft -= piece.length
    const stream = this.receiving
    if (stream === undefined) return
    stream.receive(piece, this.isLent)
    if (this.payloadLeft === 0 && this.endsWithPayload) this.ended(stream)
  }

  windowFrame(id: number, flags: number, increment: number): void {
    const stream = this.find(id, flags)
    if (stream === undefined) return
    if (!stream.widen(increment)) this.violated(`a window of stream ${id} beyond 32 bits`)
    else if ((flags & FLAG.fin) !== 0) this.ended(stream)
  }

  pingFrame(flags: number, value: number): void {
    if ((flags & FLAG.syn) !== 0) this.writer.control(TYPE.ping, FLAG.ack, 0, value)
    else this.pulse.answered(value)
  }

  goAwayFrame(code: number): void {
    if (code !== GO_AWAY.normal) {
      this.end({ reason: 'remote_error', detail: `the other side went away with code ${code}` }, undefined)
    } else if (!this.isRefused) {
      this.isRefused = true
      this.events.goneAway?.()
    }
  }

  broken(detail: string): void {
    this.violated(detail)
  }

  /** Reads into the buffer, if the carrier can: what comes is used up, or copied, before the next read of any session. */
  private listen(buffer: Buffer | undefined): void {
    const { carrier } = this
    if (buffer === undefined || !(carrier instanceof Socket) || !this.borrow(carrier, buffer))
      carrier.on('data', bytes => this.read(bytes))
  }

  private borrow(carrier: Socket, buffer: Buffer): boolean {
    const lent = lendReads(carrier, {
      buffer: () => buffer,
      read: length => {
        this.isLent = true
        this.read(buffer.subarray(0, length))
        this.isLent = false
        return true
      },
    })
    if (lent !== undefined) carrier.resume()
    return lent !== undefined
  }

  private read(bytes: Buffer): void {
    if (this.isOver) return
    this.received += bytes.length
    this.pulse.heard()
    this.reader.read(bytes)
    this.writer.flush()
    // Nothing more is read while answers pile up that nobody takes.
    if (this.writer.isPressed) this.carrier.pause()
  }

  private eased(): void {
    if (!this.isOver && this.carrier.isPaused()) this.carrier.resume()
  }

  /** Flags that come with data and windows alike; undefined when the stream isn't, or is no longer, there: we reset it. */
  private find(id: number, flags: number): MuxStream | undefined {
    if ((flags & FLAG.syn) !== 0) this.arrived(id)
    const stream = this.streams.get(id)
    if (stream === undefined) return undefined
    if ((flags & FLAG.ack) !== 0 && !stream.isAcknowledged) {
      stream.acknowledged()
      this.unacknowledged--
      this.announce()
    }
    if ((flags & FLAG.rst) === 0) return stream
    stream.cut(streamError('ECONNRESET', 'the other side reset the stream'))
    return undefined
  }

  private arrived(id: number): void {
    if (id % 2 === this.nextId % 2) {
      this.violated(`stream ${id} has a number of our side`)
    } else if (this.streams.get(id) !== undefined) {
      this.violated(`stream ${id} is opened twice`)
    } else if (this.events.accepted === undefined || this.isRefusing || this.size >= this.terms.maxStreams) {
      this.writer.control(TYPE.window, FLAG.rst, id, 0)
    } else {
      const stream = new MuxStream(this)
      stream.id = id
      this.streams.add(stream)
      this.writer.control(TYPE.window, FLAG.ack, id, 0)
      stream.opened(INITIAL_WINDOW, true)
      this.events.accepted(stream)
    }
  }

  private ended(stream: MuxStream): void {
    if (!stream.theirEnd()) this.violated(`stream ${stream.id} ends twice`)
  }

  /** Gives numbers to those who wait for them, as many as may be unacknowledged. */
  private announce(): void {
    for (const stream of this.unannounced) {
      if (this.unacknowledged >= this.terms.maxUnacknowledged) return
      const id = this.nextId
      this.nextId += 2
      this.unannounced.delete(stream)
      stream.id = id
      this.streams.add(stream)
      this.unacknowledged++
      this.writer.control(TYPE.window, FLAG.syn, id, 0)
      stream.opened(INITIAL_WINDOW, false)
    }
  }

  private violated(detail: string): void {
    this.end({ reason: 'protocol_error', detail }, GO_AWAY.protocolError)
  }

  private lost(detail: string): void {
    this.end({ reason: 'carrier_closed', detail: this.error?.message ?? detail }, undefined)
  }

  private closed(): void {
    this.lost('the connection was closed')
    this.linger.release()
  }

  private end(end: MuxEnd, goodbye: GoAwayCode | undefined): void {
    if (this.isOver) return
    this.isOver = true
    this.reader.stop()
    this.pulse.stop()
    if (goodbye !== undefined) this.writer.control(TYPE.goAway, 0, 0, goodbye)
    if (this.carrier.destroyed) this.writer.stop()
    else {
      this.writer.finish()
      this.linger.arm(LINGER)
      this.carrier.resume()
    }
    const streams = [...this.streams.removeAll(), ...this.unannounced]
    this.unannounced.clear()
    for (const stream of streams) stream.cut(streamError(SESSION_ENDED, `the session ended: ${end.detail}`))
    this.events.ended(end)
  }
}
