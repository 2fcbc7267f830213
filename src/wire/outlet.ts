// The writing half of a socket: gathers the pieces of one turn into one write, and knows whether the kernel took everything.
// Mutable on purpose: one per connection, on the hottest path there is.
import type { Socket } from 'node:net'
import { owned } from '../base/lent.ts'
import type { Scratch } from '../net/scratch.ts'
import { descriptorOf, NOWHERE, tryBytes, tryPieces, tryText } from '../net/try-write.ts'
import { type Deadline, TICK, type Wheel } from '../net/wheel.ts'

/** Bytes that wait for less than this are nothing special; only then is a timer worth its price. */
const PATIENCE = 1_000

/** A socket, or a stream of HTTP/2 in its place. */
export type Writing = Pick<Socket, 'write' | 'cork' | 'uncork' | 'writableLength' | 'writableEnded'> & {
  setTimeout(ms: number): unknown
  once(event: 'finish', told: () => void): unknown
}

/** A body piece, and the text before it. */
interface Part {
  readonly text: string
  readonly piece: Buffer
  readonly isLent: boolean
}

const NOTHING: Buffer = Buffer.alloc(0)
const NONE: readonly Buffer[] = []

export class Outlet {
  /** What is gathered: most often one piece with the text before and behind it; what came before that is in `parts`. */
  private readonly parts: Part[] = []
  private before = ''
  private piece: Buffer = NOTHING
  private isLent = false
  private gathered = ''
  private length = 0
  /** Bytes are pending, and `taken` will be called. */
  private isWaiting = false
  /** The kernel had no room for the last write, and probably has none for the next one: asking in vain costs an exception. */
  private isSlow = false
  private stallTimeout = 0
  private wheel: Wheel | undefined
  private patience: Deadline | undefined
  private isTimed = false
  private readonly socket: Writing
  private readonly drained: () => void
  /** Of every write to TLS or HTTP/2, which none of them leaves at once: the stream's `drain` comes for large ones only. */
  private readonly told: ((error?: Error | null) => void) | undefined
  private readonly scratch: Scratch | undefined
  private readonly isSecure: boolean
  /** Of the shared buffers, those whose bytes wait, and of these the ones whose bytes are gone when `taken` is called. */
  private left: readonly Buffer[] = NONE
  private leaving: readonly Buffer[] = NONE

  /** `drained` is called when bytes that were left pending are gone, so that `isClear` holds again. */
  constructor(socket: Writing, drained: () => void, scratch?: Scratch) {
    this.socket = socket
    this.drained = drained
    this.scratch = scratch
    this.isSecure = 'encrypted' in socket
    if (this.isSecure || 'rstCode' in socket) this.told = error => this.taken(error)
  }

  /** Adds latin1 text: heads, chunk sizes. */
  text(text: string): void {
    this.gathered += text
    this.length += text.length
  }

  /**
   * Adds body bytes. A piece that is only lent has to be there until the next `flush`, an owned one is kept until it was taken.
   */
  bytes(piece: Buffer, isLent: boolean): void {
    if (piece.length === 0) return
    if (this.piece.length > 0) this.parts.push(this.lastPart)
    this.before = this.gathered
    this.piece = piece
    this.isLent = isLent
    this.gathered = ''
    this.length += piece.length
  }

  private get lastPart(): Part {
    return { text: this.before, piece: this.piece, isLent: this.isLent }
  }

  /** Adds body bytes as one chunk (RFC 9112 7.1). */
  chunk(piece: Buffer, isLent: boolean): void {
    if (piece.length === 0) return
    this.text(`${piece.length.toString(16)}\r\n`)
    this.bytes(piece, isLent)
    this.text('\r\n')
  }

  /** Hands everything gathered to the kernel; call it at the end of each turn of reading. */
  flush(): void {
    if (this.piece.length > 0) this.writePieces()
    else if (this.gathered !== '') this.writeText()
    if (this.isWaiting) return
    this.isSlow = this.socket.writableLength > 0
    if (this.isSlow) this.wait()
  }

  /** Whether the kernel has taken every byte, so that more may be written without holding it here. */
  get isClear(): boolean {
    return this.length === 0 && this.socket.writableLength === 0
  }

  /** Where the kernel can be asked, which it can't be past bytes that wait. */
  private get descriptor(): number {
    return this.told !== undefined || this.isWaiting || this.isSlow ? NOWHERE : descriptorOf(this.socket)
  }

  /** TLS encrypts a piece while it is written, or keeps a copy, unless it waits behind another: then a lent one is free again. */
  private get encryptsAtOnce(): boolean {
    return this.isSecure && this.socket.writableLength === 0
  }

  private writeText(): void {
    if (this.told !== undefined) {
      this.writeJoined()
      return
    }
    const text = this.gathered
    this.forget()
    const taken = tryText(this.descriptor, text)
    if (taken < text.length) this.socket.write(taken === 0 ? text : text.slice(taken), 'latin1')
  }

  private writePieces(): void {
    if (this.told !== undefined) this.writeJoined()
    else if (this.scratch?.fits(this.length)) this.writeThrough(this.scratch)
    else this.writeGathered()
  }

  /** TLS and HTTP/2 put together what is written in pieces, so it is done here. */
  private writeJoined(): void {
    const whole = this.joined
    this.forget()
    this.socket.write(whole, this.told)
  }

  private get joined(): Buffer {
    const { scratch, length, encryptsAtOnce } = this
    if (this.piece.length === length) return owned(this.piece, this.isLent && !encryptsAtOnce)
    if (encryptsAtOnce && scratch?.fits(length)) {
      this.fill(scratch)
      return scratch.joined.subarray(0, length)
    }
    return this.joinedBytes()
  }

  private joinedBytes(): Buffer {
    const whole = Buffer.allocUnsafeSlow(this.length)
    let at = 0
    for (const { text, piece } of [...this.parts, this.lastPart]) {
      at += whole.write(text, at, 'latin1')
      at += piece.copy(whole, at)
    }
    whole.write(this.gathered, at, 'latin1')
    return whole
  }

  /** By a buffer that all share. */
  private writeThrough(scratch: Scratch): void {
    const { length, socket } = this
    this.fill(scratch)
    this.forget()
    const taken = tryBytes(this.descriptor, scratch.joined, length)
    if (taken === length) return
    socket.write(scratch.joined.subarray(taken, length))
    if (socket.writableLength > 0) this.left = [...this.left, scratch.leave()]
  }

  private fill(scratch: Scratch): void {
    scratch.clear()
    for (const { text, piece } of this.parts) scratch.add(text, piece)
    scratch.add(this.before, this.piece)
    scratch.add(this.gathered, NOTHING)
  }

  /** Uncopied, but for lent bytes that were left. */
  private writeGathered(): void {
    const { length, socket } = this
    const all: { readonly piece: Buffer; readonly isLent: boolean }[] = []
    for (const { text, piece, isLent } of [...this.parts, this.lastPart]) {
      if (text !== '') all.push({ piece: Buffer.from(text, 'latin1'), isLent: false })
      all.push({ piece, isLent })
    }
    if (this.gathered !== '') all.push({ piece: Buffer.from(this.gathered, 'latin1'), isLent: false })
    this.forget()
    let taken = tryPieces(
      this.descriptor,
      all.map(({ piece }) => piece),
    )
    if (taken === length) return
    socket.cork()
    for (const { piece, isLent } of all) {
      if (taken < piece.length) socket.write(owned(piece.subarray(taken), isLent))
      taken = Math.max(0, taken - piece.length)
    }
    socket.uncork()
  }

  private forget(): void {
    if (this.parts.length > 0) this.parts.length = 0
    this.before = ''
    this.piece = NOTHING
    this.gathered = ''
    this.length = 0
  }

  /**
   * From now on, a far side that takes nothing for `ms` makes the socket emit `timeout`; 0 for never.
   * The stream's own timer is used because it alone sees progress inside one large write.
   */
  limitStalls(ms: number, wheel: Wheel): void {
    this.stallTimeout = ms === 0 ? 0 : Math.max(ms, TICK)
    this.wheel = wheel
  }

  /** The socket is somebody else's now, who limits what they like and hears themselves when it drains. */
  letGo(): void {
    this.stallTimeout = 0
    this.isWaiting = false
    this.stopTiming()
  }

  /** Forgets what wasn't flushed; for a socket that is about to be destroyed. */
  drop(): void {
    this.forget()
  }

  /** Asks to be told when the pending bytes are gone. */
  private wait(): void {
    this.isWaiting = true
    this.leaving = this.left
    this.left = NONE
    // An empty write stands behind them. `drain` would need a threshold so low that every write, pending or not, emits it.
    if (this.told === undefined) {
      if (this.socket.writableEnded) this.socket.once('finish', () => this.taken())
      else this.socket.write('', error => this.taken(error))
    }
    if (this.stallTimeout > PATIENCE) {
      this.patience ??= this.wheel?.deadline(() => this.time(this.stallTimeout - PATIENCE))
      this.patience?.arm(PATIENCE)
    } else if (this.stallTimeout > 0) {
      this.time(this.stallTimeout)
    }
  }

  private time(ms: number): void {
    this.isTimed = true
    this.socket.setTimeout(ms)
  }

  private stopTiming(): void {
    this.patience?.disarm()
    if (this.isTimed) this.socket.setTimeout(0)
    this.isTimed = false
  }

  private giveBack(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.scratch?.giveBack(buffer)
  }

  private taken(error?: Error | null): void {
    // On TLS several writes can be done at once: the first of them has told already.
    if (!this.isWaiting) return
    this.isWaiting = false
    this.stopTiming()
    // The system may not be done with the buffers of a connection that broke.
    if (error) return
    this.giveBack(this.leaving)
    this.leaving = NONE
    this.flush()
    if (!this.isClear) return
    this.giveBack(this.left)
    this.left = NONE
    this.drained()
  }
}
