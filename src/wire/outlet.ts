// The writing half of a socket: gathers the small pieces of one turn into one write, passes large ones on uncopied,
// and knows whether the kernel took everything. Mutable on purpose: one per connection, on the hottest path there is.
import type { Socket } from 'node:net'
import { owned } from '../base/lent.ts'
import type { Scratch } from '../net/scratch.ts'
import { type Deadline, TICK, type Wheel } from '../net/wheel.ts'

/** libuv writes strings up to this size from the stack, without allocating. */
const MAX_TEXT = 16 * 1024
/** Bytes that wait for less than this are nothing special; only then is a timer worth its price. */
const PATIENCE = 1_000

/** A socket, or a stream of HTTP/2 in its place. */
export type Writing = Pick<Socket, 'write' | 'cork' | 'uncork' | 'writableLength' | 'writableEnded'> & {
  setTimeout(ms: number): unknown
  once(event: 'finish', told: () => void): unknown
}

export class Outlet {
  private gathered = ''
  private isCorked = false
  /** Bytes are pending, and `taken` will be called. */
  private isWaiting = false
  private stallTimeout = 0
  private wheel: Wheel | undefined
  private patience: Deadline | undefined
  private isTimed = false
  private readonly socket: Writing
  private readonly drained: () => void
  /** Of every write to TLS or HTTP/2, which none of them leaves at once: the stream's `drain` comes for large ones only. */
  private readonly told: ((error?: Error | null) => void) | undefined
  /** Only of a socket that may take a write at once. */
  private readonly scratch: Scratch | undefined

  /** `drained` is called when bytes that were left pending are gone, so that `isClear` holds again. */
  constructor(socket: Writing, drained: () => void, scratch?: Scratch) {
    this.socket = socket
    this.drained = drained
    if ('encrypted' in socket || 'rstCode' in socket) this.told = error => this.taken(error)
    else this.scratch = scratch
  }

  /** Adds latin1 text: heads, chunk sizes. */
  text(text: string): void {
    this.gathered += text
  }

  /** Adds body bytes. A piece that is only lent is used up before this returns; an owned one may be kept until `isClear`. */
  bytes(piece: Buffer, isLent: boolean): void {
    const length = this.gathered.length + piece.length
    if (this.scratch?.fits(length) === true && !this.isCorked) {
      const text = this.gathered
      this.gathered = ''
      this.scratch.write(this.socket, text, piece)
    } else if (length <= MAX_TEXT && (isLent || this.gathered !== '')) {
      this.gathered += piece.toString('latin1')
    } else {
      this.pass(piece, isLent)
    }
  }

  private pass(piece: Buffer, isLent: boolean): void {
    if (this.gathered !== '') this.spill()
    this.socket.write(owned(piece, isLent), this.told)
  }

  /** Adds body bytes as one chunk (RFC 9112 7.1). */
  chunk(piece: Buffer, isLent: boolean): void {
    if (piece.length === 0) return
    this.gathered += `${piece.length.toString(16)}\r\n`
    if (this.gathered.length + piece.length <= MAX_TEXT) {
      this.gathered += `${piece.toString('latin1')}\r\n`
      return
    }
    this.pass(piece, isLent)
    this.gathered += '\r\n'
  }

  /** Hands everything gathered to the kernel; call it at the end of each turn of reading. */
  flush(): void {
    if (this.gathered !== '') {
      const text = this.gathered
      this.gathered = ''
      this.socket.write(text, 'latin1', this.told)
    }
    if (this.isCorked) {
      this.isCorked = false
      this.socket.uncork()
    }
    if (!this.isWaiting && this.socket.writableLength > 0) this.wait()
  }

  /** Whether the kernel has taken every byte, so that more may be written without holding it here. */
  get isClear(): boolean {
    return this.gathered === '' && this.socket.writableLength === 0
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
    this.gathered = ''
  }

  /** Asks to be told when the pending bytes are gone. */
  private wait(): void {
    this.isWaiting = true
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

  private taken(error?: Error | null): void {
    // On TLS several writes can be done at once: the first of them has told already.
    if (!this.isWaiting) return
    this.isWaiting = false
    this.stopTiming()
    if (error) return
    this.flush()
    if (this.isClear) this.drained()
  }

  private spill(): void {
    if (!this.isCorked) {
      this.isCorked = true
      this.socket.cork()
    }
    this.socket.write(this.gathered, 'latin1', this.told)
    this.gathered = ''
  }
}
