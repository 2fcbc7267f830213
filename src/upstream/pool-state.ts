// What a pool remembers across reloads: where its rotation stands, what each target is busy with, and which can't serve.
// Mutable State, read on every request. `commit` and `release` (balance.ts) change it for requests, `setAvailable` for everything else.
import type { Identity } from '../state/keep.ts'
import { type Arrangement, arrange, rearrange } from './arrangement.ts'
import { RetryBudget } from './retry-budget.ts'
import { Seat } from './seat.ts'
import type { Pool } from './target.ts'

export class PoolState {
  /** Of the compiled pool that requests follow; undefined before the first one. */
  arrangement: Arrangement | undefined
  byKey: Map<string, Seat> = new Map()
  /** Pools that a reload has replaced: an exchange may still hold one, but the memory never goes back to it. */
  readonly left: WeakSet<Pool> = new WeakSet()
  /** Of the retries that its requests may make. */
  readonly budget: RetryBudget = new RetryBudget()
}

/** Fresh memory, for a pool that nobody has seen before. */
export function openPoolState(): PoolState {
  return new PoolState()
}

/** What a Keep knows a pool's memory by: the pool's id and nothing of its content, so that an edit keeps it. */
export function poolStateIdentity(pool: Pool): Identity<PoolState> {
  return `pool:${pool.id}`
}

/** What is remembered of a target, by its key; made when there is nothing yet. */
export function seatOf(state: PoolState, key: string): Seat {
  const known = state.byKey.get(key)
  if (known !== undefined) return known
  const seat = new Seat(key)
  state.byKey.set(key, seat)
  return seat
}

/**
 * Says that a target can't serve, and why, in words for people; undefined takes it back. Each of `who` speaks for itself: the
 * target is available when nobody objects. Called by events, so that choosing a target never asks.
 */
export function setAvailable(state: PoolState, key: string, who: string, why: string | undefined): void {
  const seat = seatOf(state, key)
  const was = seat.isAvailable
  if (why === undefined) seat.objections.delete(who)
  else seat.objections.set(who, why)
  const { arrangement } = state
  if (was !== seat.isAvailable && arrangement?.seats[seat.index] === seat) rearrange(arrangement, seat)
}

/** The memory as it stands for a pool. For one that it hasn't followed yet, or has left, a copy: only `follow` changes anything. */
export function arrangementOf(state: PoolState, pool: Pool): Arrangement {
  const { arrangement } = state
  if (arrangement?.pool === pool) return arrangement
  return arrange(pool, key => state.byKey.get(key)?.copy() ?? new Seat(key), arrangement)
}

/** Makes the memory follow an edited pool: targets that stay keep their seats, those that went are forgotten. False: it has left the pool. */
export function follow(state: PoolState, pool: Pool): boolean {
  const { arrangement, byKey } = state
  if (arrangement?.pool === pool) return true
  if (state.left.has(pool)) return false
  const gone = new Set(byKey.values())
  state.arrangement = arrange(pool, key => seatOf(state, key), arrangement)
  for (const seat of state.arrangement.seats) gone.delete(seat)
  for (const seat of gone) {
    seat.rest()
    byKey.delete(seat.key)
  }
  if (arrangement !== undefined) state.left.add(arrangement.pool)
  return true
}
