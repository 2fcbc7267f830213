// Who takes the steps of a soak: one visitor with a kept connection, whatever wire it speaks.
import type { WebSocket } from 'ws'
import type { Chance } from '../chance.ts'
import type { Step } from './step.ts'

/** Whether the connection can take another step. */
export type Fate = 'kept' | 'over'

export interface Guest {
  /** Takes a step and checks every byte that comes back; throws when something other came than had to. */
  take(step: Step, chance: Chance): Promise<Fate>
  /** A WebSocket of an origin that echoes messages. */
  openWebSocket(): Promise<WebSocket>
  /** Closes the connection without a word. */
  drop(): void
}

/** Whether `part` is what `whole` begins with. */
export function isPrefix(part: Buffer, whole: Buffer): boolean {
  return part.length <= whole.length && part.equals(whole.subarray(0, part.length))
}

/** Checks a complete answer against what the step had to bring. */
export function check(step: Step, status: number, body: Buffer): void {
  const expected = step.origin === undefined ? 200 : 502
  const asked = `${step.method} ${step.target}`
  if (status !== expected) throw new Error(`${asked}: ${status}, not ${expected}`)
  if (status === 200 && !body.equals(step.expected)) throw new Error(`${asked}: other bytes came back`)
}

/** Whether the origin breaks off in the body, so that the answer has to be seen as cut. */
export function isCut({ origin }: Step): boolean {
  return origin === 'cut-body' || origin === 'reset-body'
}
