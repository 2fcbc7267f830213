// How long the streams of one connection may be silent: each has a time that is one number, and one deadline of the wheel looks after
// all of them. A deadline for every stream would be an object more for every request.
import { type Deadline, TICK, type Wheel } from '../../net/wheel.ts'

/** Somebody whose silence is measured. Mutable: `due` is in the wheel's time, infinite while nothing is waited for. */
export interface Waiting {
  due: number
  /** Its time has passed. */
  expired(): void
}

/** Those that may be waited for now. */
export interface Waiters {
  list(): readonly Waiting[]
}

export class Patience {
  private next = Number.POSITIVE_INFINITY
  private readonly all: Waiters
  private readonly wheel: Wheel
  private readonly deadline: Deadline

  constructor(all: Waiters, wheel: Wheel) {
    this.all = all
    this.wheel = wheel
    this.deadline = wheel.deadline(() => this.look())
  }

  /** Expires `one` in `ms`, unless it is armed again, or its `due` put off, before. */
  arm(one: Waiting, ms: number): void {
    one.due = this.wheel.now + Math.max(ms, TICK) + TICK
    if (one.due < this.next) this.lookAt(one.due)
  }

  release(): void {
    this.deadline.release()
  }

  private lookAt(time: number): void {
    this.next = time
    this.deadline.arm(Math.max(0, time - this.wheel.now - TICK))
  }

  private look(): void {
    const { now } = this.wheel
    let next = Number.POSITIVE_INFINITY
    for (const one of this.all.list()) {
      if (one.due <= now) {
        one.due = Number.POSITIVE_INFINITY
        one.expired()
      } else if (one.due < next) next = one.due
    }
    this.next = Number.POSITIVE_INFINITY
    if (next !== Number.POSITIVE_INFINITY) this.lookAt(next)
  }
}
