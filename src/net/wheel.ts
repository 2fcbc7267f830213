// Silence measured coarsely: thousands of deadlines, one timer. A deadline costs one number when it moves later.
import type { Clock } from '../base/clock.ts'

/** Ticks are this long; a deadline fires up to one tick late, never early. */
export const TICK = 100
const SLOTS = 1024

export interface Wheel {
  /** The clock at the last tick, in milliseconds: cheap, and up to one tick behind. */
  readonly now: number
  /** A deadline that calls when it passes; born disarmed. */
  deadline(expired: () => void): Deadline
  stop(): void
}

/** Mutable on purpose: it moves with every read of every socket. */
export class Deadline {
  private due = Number.POSITIVE_INFINITY
  private listedUntil = Number.POSITIVE_INFINITY
  private before: Deadline | undefined
  private after: Deadline | undefined
  private slot = -1
  private readonly wheel: SlottedWheel
  private readonly expired: () => void

  constructor(wheel: SlottedWheel, expired: () => void) {
    this.wheel = wheel
    this.expired = expired
  }

  /** Fires once, `ms` from now, unless it is armed again or disarmed before. */
  arm(ms: number): void {
    this.due = this.wheel.now + ms + TICK
    if (this.due < this.listedUntil) this.list()
  }

  get isArmed(): boolean {
    return this.due !== Number.POSITIVE_INFINITY
  }

  /** Cheap: it stays listed, and does nothing when its time comes. */
  disarm(): void {
    this.due = Number.POSITIVE_INFINITY
  }

  /** Disarms it and lets the wheel forget it. Call it when the owner is gone. */
  release(): void {
    this.disarm()
    this.unlist()
  }

  /** The wheel's turn has come to the slot this is listed in. */
  meet(): void {
    this.unlist()
    if (this.due > this.wheel.now) {
      if (this.isArmed) this.list()
      return
    }
    this.disarm()
    this.expired()
  }

  get next(): Deadline | undefined {
    return this.after
  }

  private list(): void {
    this.unlist()
    this.listedUntil = Math.min(this.due, this.wheel.now + (SLOTS - 1) * TICK)
    this.slot = Math.ceil(this.listedUntil / TICK) % SLOTS
    this.after = this.wheel.slots[this.slot]
    if (this.after !== undefined) this.after.before = this
    this.wheel.slots[this.slot] = this
  }

  private unlist(): void {
    if (this.slot < 0) return
    if (this.before !== undefined) this.before.after = this.after
    else this.wheel.slots[this.slot] = this.after
    if (this.after !== undefined) this.after.before = this.before
    this.before = undefined
    this.after = undefined
    this.slot = -1
    this.listedUntil = Number.POSITIVE_INFINITY
  }
}

class SlottedWheel implements Wheel {
  now: number
  readonly slots: (Deadline | undefined)[] = Array.from({ length: SLOTS })
  private position: number
  private isStopped = false
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
    this.now = clock.now()
    this.position = Math.floor(this.now / TICK)
    this.wait()
  }

  deadline(expired: () => void): Deadline {
    return new Deadline(this, expired)
  }

  stop(): void {
    this.isStopped = true
  }

  private wait(): void {
    this.clock.after(TICK, () => {
      if (this.isStopped) return
      this.wait()
      this.turn()
    })
  }

  private turn(): void {
    this.now = this.clock.now()
    const until = Math.floor(this.now / TICK)
    // After a stall longer than one round every slot is due once.
    this.position = Math.max(this.position, until - SLOTS)
    while (this.position < until) {
      this.position++
      const slot = this.position % SLOTS
      // What is met may list itself again in this very slot, one round later: only those present now are met.
      const met: Deadline[] = []
      for (let deadline = this.slots[slot]; deadline !== undefined; deadline = deadline.next)
        met.push(deadline)
      for (const deadline of met) deadline.meet()
    }
  }
}

/** A wheel that turns with a clock. */
export function startWheel(clock: Clock): Wheel {
  return new SlottedWheel(clock)
}
