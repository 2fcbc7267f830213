// How long somebody who connected to the door may take for each thing: one timer, set anew whenever it is somebody's turn.
import type { Clock, Timer } from '../base/clock.ts'

/** Milliseconds. */
export const PATIENCE = {
  /** From the connection to the end of a head, and for a TLS handshake. */
  head: 10_000,
  body: 10_000,
  /** Until the answer is taken. */
  write: 30_000,
  /** Until the next request begins. */
  idle: 30_000,
} as const

export interface Deadline {
  /** What is waited for now; `undefined` when it is our turn. */
  awaits(what: keyof typeof PATIENCE | undefined): void
}

/** Calls `late` once when one is passed. */
export function openDeadline(clock: Clock, late: () => void): Deadline {
  let timer: Timer | undefined
  return {
    awaits(what) {
      timer?.cancel()
      timer = what === undefined ? undefined : clock.after(PATIENCE[what], late)
    },
  }
}
