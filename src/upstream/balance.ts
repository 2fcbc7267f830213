// What a choice changes: the turn moves on, and the request counts as active until its exchange ends.
import { follow, type PoolState } from './pool-state.ts'
import { Seat } from './seat.ts'
import type { Group, Pool, Target } from './target.ts'

/** A target and the group it was chosen from. */
export interface Choice {
  readonly pool: Pool
  readonly group: Group
  readonly target: Target
  /** The places in the group's rota that it was chosen from, when targets that were tried already were left out. */
  readonly among: readonly number[] | undefined
  /** It was the target's turn; not so when the request itself said which target it belongs to. */
  readonly isTurn: boolean
}

/** Applies a choice. The seat is what `release` takes in the end. */
export function commit(state: PoolState, { pool, target, among, isTurn }: Choice): Seat {
  // An exchange that outlives a reload may choose again from the pool it started with: that is nobody's turn any more.
  const isCurrent = follow(state, pool)
  const seat = state.byKey.get(target.key) ?? new Seat(target.key)
  if (isCurrent && isTurn) seat.turns?.took(seat.place, among)
  seat.active++
  seat.turns?.changed(seat.place)
  return seat
}

/** The head of a response has come, so many milliseconds after its request was sent. */
export function answered(seat: Seat, time: number, now: number): void {
  seat.turns?.answered(seat.place, time, now)
}

/** The exchange has ended. */
export function release(seat: Seat): void {
  seat.active--
  seat.turns?.changed(seat.place)
}
