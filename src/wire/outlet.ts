// The writing half of a socket: gathers the small pieces of one turn into one write, passes large ones on uncopied,
// and knows whether the kernel took everything. Mutable on purpose: one per connection, on the hottest path there is.
import type { Socket } from 'node:net'
import { TICK } from '../net/wheel.ts'

/** libuv writes strings up to this size from the stack, without allocating. */
const MAX_TEXT = 16 * 1024

export class Outlet {
  private gathered = ''
  private isCorked = false
  private stallTimeout = 0
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Adds latin1 text: heads, chunk sizes. */
  text(text: string): void {
    this.gathered += text
  }

  /** Adds body bytes. A piece that is only lent is used up before this returns; an owned one may be kept until `isClear`. */
  bytes(piece: Buffer, isLent: boolean): void {
    if (this.gathered.length + piece.length <= MAX_TEXT) {
      this.gathered += piece.toString('latin1')
      return
    }
    this.spill()
    this.socket.write(isLent ? Buffer.from(piece) : piece)
  }

  /** Adds body bytes as one chunk (RFC 9112 7.1). */
  chunk(piece: Buffer, isLent: boolean): void {
    if (piece.length === 0) return
    this.gathered += `${piece.length.toString(16)}\r\n`
    if (this.gathered.length + piece.length <= MAX_TEXT) {
      this.gathered += `${piece.toString('latin1')}\r\n`
      return
    }
    this.bytes(piece, isLent)
    this.gathered += '\r\n'
  }

  /** Hands everything gathered to the kernel; call it at the end of each turn of reading. */
  flush(): void {
    if (this.gathered !== '') {
      const text = this.gathered
      this.gathered = ''
      this.socket.write(text, 'latin1')
    }
    if (this.isCorked) {
      this.isCorked = false
      this.socket.uncork()
    }
    if (this.stallTimeout > 0 && this.socket.writableLength > 0) this.socket.setTimeout(this.stallTimeout)
  }

  /** Whether the kernel has taken every byte, so that more may be written without holding it here. */
  get isClear(): boolean {
    return this.gathered === '' && this.socket.writableLength === 0
  }

  /**
   * From now on, a far side that takes nothing for `ms` makes the socket emit `timeout`; 0 for never.
   * The stream's own timer is used because it alone sees progress inside one large write.
   */
  limitStalls(ms: number): void {
    this.stallTimeout = ms === 0 ? 0 : Math.max(ms, TICK)
  }

  /** The socket drained: nothing is stalled any more. */
  drained(): void {
    if (this.stallTimeout > 0) this.socket.setTimeout(0)
  }

  /** Forgets what wasn't flushed; for a socket that is about to be destroyed. */
  drop(): void {
    this.gathered = ''
  }

  private spill(): void {
    if (!this.isCorked) {
      this.isCorked = true
      this.socket.cork()
    }
    if (this.gathered === '') return
    this.socket.write(this.gathered, 'latin1')
    this.gathered = ''
  }
}
