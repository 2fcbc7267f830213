// Whose turn it is where only so many may be at it at once: a crowd that comes in one moment, as agents do when their server is back,
// waits instead of being turned away and coming again and again.
import type { Duplex } from 'node:stream'
import { type Clock, nextTurn } from '../base/clock.ts'

export interface Limits {
  /** How many may be at it at once. */
  readonly most: number
  /** How many may wait; more are closed as they come. */
  readonly longest: number
  /** Milliseconds that one waits at the most: later nobody may be there any more, and work for them would be for nothing. */
  readonly patience: number
}

interface Waiting {
  readonly since: number
  readonly begin: () => void
  readonly left: () => void
}

/** State: who waits, and how many are at it. */
export class Turns {
  private readonly waiting = new Map<Duplex, Waiting>()
  private running = 0
  private isCalling = false
  private readonly clock: Pick<Clock, 'now'>
  private readonly limits: Limits

  constructor(clock: Pick<Clock, 'now'>, limits: Limits) {
    this.clock = clock
    this.limits = limits
  }

  /** Calls `begin` now, or when it is the socket's turn, if it is there then. */
  come(socket: Duplex, begin: () => void): void {
    if (this.running < this.limits.most && this.waiting.size === 0) {
      this.running++
      begin()
    } else if (this.waiting.size < this.limits.longest) {
      const left = (): void => void this.waiting.delete(socket)
      // Who leaves while waiting isn't missed.
      socket.on('error', () => undefined).once('close', left)
      this.waiting.set(socket, { since: this.clock.now(), begin, left })
    } else socket.destroy()
  }

  /** One of those who had begun is done. */
  over(): void {
    this.running--
    if (!this.isCalling) void this.call()
  }

  /** Whoever waits is closed. */
  close(): void {
    for (const socket of this.waiting.keys()) socket.destroy()
    this.waiting.clear()
  }

  /** One in each turn of the event loop, so that everybody else has theirs in between. */
  private async call(): Promise<void> {
    this.isCalling = true
    while (this.waiting.size > 0 && this.running < this.limits.most) {
      await nextTurn()
      this.next()
    }
    this.isCalling = false
  }

  private next(): void {
    for (const [socket, { since, begin, left }] of this.waiting) {
      this.waiting.delete(socket)
      if (this.clock.now() - since <= this.limits.patience) {
        socket.off('close', left)
        this.running++
        begin()
        return
      }
      socket.destroy()
    }
  }
}
