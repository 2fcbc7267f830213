// One stream of a session, as a socket: what is read is granted again, what is written waits for its turn and its window.
// Mutable on purpose: a connection's worth of bytes passes here.

import { Duplex } from 'node:stream'
import { owned } from '../../base/lent.ts'
import type { Deadline, Wheel } from '../../net/wheel.ts'
import { FLAG, TYPE } from './frame.ts'
import { Inbox } from './inbox.ts'
import { Outbox, type Written } from './outbox.ts'
import { ReceiveWindow, type WindowBudget } from './window.ts'
import type { FairWriter, Producer } from './writer.ts'

/** Node holds so much of what was written before it asks for patience. */
const WRITE_AHEAD = 256 * 1024

/** What a stream needs of its session. */
export interface StreamHost {
  readonly writer: FairWriter
  readonly wheel: Wheel
  readonly budget: WindowBudget
  /** Milliseconds, precise: windows are measured by it. */
  now(): number
  /** Milliseconds of the last round trips, 0 when none was measured. */
  readonly roundTrip: number
  readonly openTimeout: number
  readonly closeTimeout: number
  /** The stream needs nothing more; when the other side doesn't know yet, it is told by a reset. */
  left(stream: MuxStream, isReset: boolean): void
}

/** An error with a code as the system's errors have one. */
export function streamError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

export class MuxStream extends Duplex implements Producer {
  /** 0 until it was announced to the other side. */
  id = 0
  /** The next stream in the same place of the session's table; nobody else's business. */
  beside: MuxStream | undefined = undefined
  sendWindow = 0
  readonly outbox: Outbox = new Outbox()
  behind: Producer | undefined = undefined
  isWaiting = false
  round = 0
  roundBytes = 0
  private readonly host: StreamHost
  private readonly inbox: Inbox = new Inbox()
  private readonly window: ReceiveWindow
  /** First the acknowledgement's, later that of the other side's end. */
  private readonly deadline: Deadline
  private silence: Deadline | undefined
  private silenceMs = 0
  /** Whoever listens to `data` keeps nothing of it: pieces may be lent. */
  lends = false
  /** The other side has accepted it. */
  isAcknowledged = false
  private isWanted = false
  private isGone = false
  private hasEnded = false
  private hasTheirEnd = false
  private onceOpen: (() => void) | undefined

  constructor(host: StreamHost) {
    super({ readableHighWaterMark: 0, writableHighWaterMark: WRITE_AHEAD, decodeStrings: false })
    this.host = host
    this.window = new ReceiveWindow(host.budget, host.now())
    this.deadline = host.wheel.deadline(() => this.expired())
    // Whoever doesn't listen yet finds it destroyed; what the other side does must not end the process.
    this.on('error', () => undefined)
  }

  // What net.Socket has, too.

  /** Emits `timeout` when no byte was read or written for so many milliseconds; 0 for never. */
  setTimeout(ms: number, told?: () => void): this {
    this.silenceMs = ms
    if (told !== undefined) this.once('timeout', told)
    if (ms === 0) this.silence?.disarm()
    else {
      this.silence ??= this.host.wheel.deadline(() => this.emit('timeout'))
      this.silence.arm(ms)
    }
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  // What the session calls.

  /** Waits for a number, so long as opening may take. */
  awaitOpening(): void {
    this.deadline.arm(this.host.openTimeout)
  }

  /** The stream has its number, and the other side is being told. */
  opened(sendWindow: number, isAcknowledged: boolean): void {
    this.sendWindow = sendWindow
    this.isAcknowledged = isAcknowledged
    this.host.writer.ready(this)
    this.onceOpen?.()
    this.onceOpen = undefined
  }

  /** The other side has accepted it. */
  acknowledged(): void {
    this.isAcknowledged = true
    this.deadline.disarm()
    if (this.hasEnded) this.deadline.arm(this.host.closeTimeout)
  }

  /** The other side may send more to us now; false when that is more than the wire can count. */
  widen(increment: number): boolean {
    this.sendWindow += increment
    if (increment > 0) this.host.writer.ready(this)
    return this.sendWindow <= 0xffffffff
  }

  /** A data frame begins; false when it is longer than was allowed. */
  takes(length: number): boolean {
    return this.window.take(length)
  }

  receive(piece: Buffer, isLent: boolean): void {
    this.touched()
    if (this.hasTheirEnd || this.destroyed) return
    if (this.isWanted && this.inbox.length === 0)
      this.isWanted = this.push(owned(piece, isLent && !this.isUsedUp))
    else this.inbox.add(piece, isLent)
    this.grant()
  }

  /** The other side sends nothing more; false when it said so before. */
  theirEnd(): boolean {
    if (this.hasTheirEnd) return false
    this.hasTheirEnd = true
    if (this.inbox.length === 0) this.push(null)
    if (this.hasEnded) this.leave(false)
    return true
  }

  /** The other side, or the whole session, is gone. */
  cut(error: Error): void {
    this.leave(false)
    this.destroy(error)
  }

  /** Whether what comes is handed to its reader before `push` returns, who keeps nothing of it. */
  private get isUsedUp(): boolean {
    return this.lends && this.readableFlowing === true && this.readableLength === 0
  }

  // What Node's streams call.

  override _read(): void {
    this.isWanted = true
    while (this.isWanted) {
      const block = this.inbox.take()
      if (block === undefined) break
      this.isWanted = this.push(block)
    }
    if (!this.hasTheirEnd) this.grant()
    else if (this.inbox.length === 0) this.push(null)
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, written: Written): void {
    if (chunk.length === 0 || (this.id !== 0 && this.host.writer.say(this, chunk, encoding))) written()
    else this.hold([typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk], written)
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    written: Written,
  ): void {
    this.hold(
      chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)),
      written,
    )
  }

  override _final(done: () => void): void {
    if (this.id !== 0) this.sendEnd()
    else this.onceOpen = () => this.sendEnd()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.leave(true)
    this.silence?.release()
    this.inbox.empty()
    this.outbox.settle(error ?? streamError('ERR_STREAM_DESTROYED', 'the stream was destroyed'))
    done(error)
  }

  // What the writer calls.

  wasSent(): void {
    this.touched()
    if (this.outbox.length === 0) this.outbox.settle()
  }

  private hold(pieces: readonly Buffer[], written: Written): void {
    this.outbox.add(pieces, written)
    if (this.outbox.length === 0) this.outbox.settle()
    else if (this.id !== 0) this.host.writer.ready(this)
  }

  private sendEnd(): void {
    this.hasEnded = true
    this.host.writer.control(TYPE.window, FLAG.fin, this.id, 0)
    if (this.hasTheirEnd) this.leave(false)
    else if (this.isAcknowledged) this.deadline.arm(this.host.closeTimeout)
  }

  private grant(): void {
    if (this.isGone || this.id === 0) return
    const unread = this.inbox.length + this.readableLength
    if (!this.window.isDue(unread)) return
    const increment = this.window.grant(unread, this.host.now(), this.host.roundTrip)
    this.host.writer.control(TYPE.window, 0, this.id, increment)
  }

  private touched(): void {
    if (this.silenceMs > 0 && this.silence?.isArmed === true) this.silence.arm(this.silenceMs)
    if (this.hasEnded && this.isAcknowledged && !this.isGone) this.deadline.arm(this.host.closeTimeout)
  }

  private expired(): void {
    this.destroy(
      streamError(
        'ETIMEDOUT',
        this.isAcknowledged ? 'the stream was never closed' : 'the stream was not accepted',
      ),
    )
  }

  private leave(isReset: boolean): void {
    if (this.isGone) return
    this.isGone = true
    this.deadline.release()
    this.window.giveBack()
    this.host.left(this, isReset)
  }
}
