// Whether the other side is still there, and how far away it is: pings, and what is made of their answers.
import type { Clock } from '../../base/clock.ts'
import type { Deadline, Wheel } from '../../net/wheel.ts'

interface Ping {
  readonly sent: number
  readonly told: ((roundTrip: number) => void) | undefined
}

/** Anything that is heard counts as a sign of life, but not for ever: so many intervals without an answer are the end. */
const PATIENCE = 3

export class Pulse {
  /** Milliseconds; follows a shorter round trip at once and a longer one slowly. 0 before the first answer. */
  roundTrip = 0
  private readonly clock: Clock
  private readonly send: (value: number) => void
  private readonly dead: () => void
  private readonly interval: number
  private readonly timeout: number
  private readonly next: Deadline
  private readonly limit: Deadline
  private readonly waiting = new Map<number, Ping>()
  private value = 0
  private hasHeard = false

  /** `dead` is called once, when nothing was heard for too long. `interval` and `timeout` in milliseconds. */
  constructor(
    clock: Clock,
    wheel: Wheel,
    interval: number,
    timeout: number,
    send: (value: number) => void,
    dead: () => void,
  ) {
    this.clock = clock
    this.interval = interval
    this.timeout = timeout
    this.send = send
    this.dead = dead
    this.next = wheel.deadline(() => this.ping(undefined))
    this.limit = wheel.deadline(() => this.judge())
  }

  /** Sends one now; `told` hears the milliseconds to the answer, if it comes. */
  ping(told: ((roundTrip: number) => void) | undefined): void {
    const value = this.value
    this.value = (value + 1) >>> 0
    if (this.waiting.size === 0) {
      this.hasHeard = false
      this.limit.arm(this.timeout)
    }
    this.waiting.set(value, { sent: this.clock.now(), told })
    this.next.arm(this.interval)
    this.send(value)
  }

  /** An answer has come; one that nobody waits for is ignored. */
  answered(value: number): void {
    const ping = this.waiting.get(value)
    if (ping === undefined) return
    this.waiting.delete(value)
    if (this.waiting.size === 0) this.limit.disarm()
    const took = this.clock.now() - ping.sent
    this.roundTrip =
      this.roundTrip === 0 || took < this.roundTrip ? took : this.roundTrip + (took - this.roundTrip) / 8
    ping.told?.(took)
  }

  /** Bytes have come, whatever they are. */
  heard(): void {
    this.hasHeard = true
  }

  stop(): void {
    this.next.release()
    this.limit.release()
    this.waiting.clear()
  }

  /** No answer within the timeout. A link that is busy brings other things first. */
  private judge(): void {
    const [oldest] = this.waiting.values()
    if (oldest === undefined) return
    if (this.hasHeard && this.clock.now() - oldest.sent < PATIENCE * this.interval) {
      this.hasHeard = false
      this.limit.arm(this.timeout)
    } else {
      this.dead()
    }
  }
}
