// Time wound by hand: nothing happens until a test says so, and then everything due happens in order.
import type { Clock } from '../../src/base/clock.ts'

export interface HandClock extends Clock {
  /** Moves time on by `ms` and runs what falls due, in order, also what that itself plans. */
  wind(ms: number): void
  /** The same, letting promises settle before, between and after the calls. */
  windAsync(ms: number): Promise<void>
  /** Timers that have neither run nor been cancelled. */
  readonly pending: number
}

interface Alarm {
  readonly due: number
  readonly call: () => void
}

/** Lets everything that waits only for promises (not for sockets or files) get as far as it can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** A clock that stands still at 0; its wall shows 2026-11-20T00:00:00Z plus the time wound. */
export function handClock(wallStart: number = Date.UTC(2026, 10, 20)): HandClock {
  const alarms = new Set<Alarm>()
  let now = 0
  const next = (until: number): Alarm | undefined => {
    let found: Alarm | undefined
    for (const alarm of alarms)
      if (alarm.due <= until && (found === undefined || alarm.due < found.due)) found = alarm
    return found
  }
  const ring = (alarm: Alarm): void => {
    alarms.delete(alarm)
    now = Math.max(now, alarm.due)
    alarm.call()
  }
  return {
    now: () => now,
    wall: () => wallStart + now,
    after(ms, call) {
      const alarm: Alarm = { due: now + ms, call }
      alarms.add(alarm)
      return { cancel: () => void alarms.delete(alarm) }
    },
    wind(ms) {
      const until = now + ms
      for (let alarm = next(until); alarm !== undefined; alarm = next(until)) ring(alarm)
      now = until
    },
    async windAsync(ms) {
      const until = now + ms
      await settle()
      for (let alarm = next(until); alarm !== undefined; alarm = next(until)) {
        ring(alarm)
        await settle()
      }
      now = until
      await settle()
    },
    get pending() {
      return alarms.size
    },
  }
}
