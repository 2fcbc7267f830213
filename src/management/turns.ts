// Whose turn it is where only so many may be at it at once: a crowd that comes in one moment, as agents do when their server is back,
// waits instead of being turned away and coming again and again. Nobody has it all: who connects a thousand times and says nothing
// keeps others at the same address waiting, and nobody else.
import type { Duplex } from 'node:stream'
import { type Clock, nextTurn } from '../base/clock.ts'
import { neighbourhood } from '../state/attempts.ts'

export interface Limits {
  /** How many may be at it at once. */
  readonly most: number
  /** How many of them from one address. */
  readonly share: number
  /** How many may wait; of more, the last of the address with the most waiting is closed. */
  readonly longest: number
  /** Milliseconds that one waits at the most: later nobody may be there any more, and work for them would be for nothing. */
  readonly patience: number
}

interface Waiting {
  readonly socket: Duplex
  readonly from: string
  readonly since: number
  readonly begin: () => void
  readonly left: () => void
}

/** How many by address; none for who isn't there. */
class Tally {
  private readonly counts = new Map<string, number>()

  of(from: string): number {
    return this.counts.get(from) ?? 0
  }

  add(from: string, by: 1 | -1): void {
    const count = this.of(from) + by
    if (count === 0) this.counts.delete(from)
    else this.counts.set(from, count)
  }

  get most(): number {
    return Math.max(...this.counts.values())
  }
}

/** State: who waits, and how many are at it. */
export class Turns {
  private readonly waiting = new Map<Duplex, Waiting>()
  private readonly inLine = new Tally()
  private readonly atIt = new Tally()
  private running = 0
  private isCalling = false
  private readonly clock: Pick<Clock, 'now'>
  private readonly limits: Limits

  constructor(clock: Pick<Clock, 'now'>, limits: Limits) {
    this.clock = clock
    this.limits = limits
  }

  /** Calls `begin` now, or when it is the socket's turn, if it is there then; `address` is whom it is from. */
  come(socket: Duplex, address: string, begin: () => void): void {
    const from = neighbourhood(address)
    const { most, share, longest } = this.limits
    // Whoever waits while nobody is called has no room at their address.
    if (this.running < most && this.atIt.of(from) < share && !this.isCalling) {
      this.start(from, begin)
      return
    }
    this.wait(socket, from, begin)
    if (this.waiting.size > longest) this.turnLastAway()
  }

  /** One from this address who had begun is done. */
  over(address: string): void {
    this.running--
    this.atIt.add(neighbourhood(address), -1)
    if (!this.isCalling) void this.call()
  }

  /** Whoever waits is closed. */
  close(): void {
    for (const one of [...this.waiting.values()]) this.turnAway(one)
  }

  private start(from: string, begin: () => void): void {
    this.running++
    this.atIt.add(from, 1)
    begin()
  }

  private wait(socket: Duplex, from: string, begin: () => void): void {
    const left = (): void => this.leaveLine(one)
    const one = { socket, from, since: this.clock.now(), begin, left }
    // Who leaves while waiting isn't missed.
    socket.on('error', () => undefined).once('close', left)
    this.waiting.set(socket, one)
    this.inLine.add(from, 1)
  }

  private leaveLine({ socket, from, left }: Waiting): void {
    socket.off('close', left)
    if (this.waiting.delete(socket)) this.inLine.add(from, -1)
  }

  private turnAway(one: Waiting): void {
    this.leaveLine(one)
    one.socket.destroy()
  }

  /** Of those at the address from which most wait, who came last. */
  private turnLastAway(): void {
    const { most } = this.inLine
    const last = [...this.waiting.values()].findLast(({ from }) => this.inLine.of(from) === most)
    if (last !== undefined) this.turnAway(last)
  }

  /** One in each turn of the event loop, so that everybody else has theirs in between. */
  private async call(): Promise<void> {
    this.isCalling = true
    while (this.next !== undefined) {
      await nextTurn()
      const { next } = this
      if (next !== undefined) this.take(next)
    }
    this.isCalling = false
  }

  /** Who is to begin: of the addresses with the fewest at it, whoever has waited longest. */
  private get next(): Waiting | undefined {
    const { most, share } = this.limits
    if (this.running >= most) return undefined
    let fewest = share
    let found: Waiting | undefined
    for (const one of this.waiting.values()) {
      const count = this.atIt.of(one.from)
      if (count >= fewest) continue
      found = one
      fewest = count
      if (count === 0) break
    }
    return found
  }

  private take(one: Waiting): void {
    if (this.clock.now() - one.since > this.limits.patience) {
      this.turnAway(one)
      return
    }
    this.leaveLine(one)
    this.start(one.from, one.begin)
  }
}
