// What a pool remembers across reloads: where its rotation stands, and what each target is busy with.
// Mutable State: a class with fixed fields, read on every request. Only `commit` and `release` change it.
import type { Identity } from '../state/keep.ts'
import type { Group, Pool, Target } from './target.ts'

/** What is remembered of one target; it follows the target's key, wherever the target stands in the file. */
export interface Seat {
  /** The current weight of smooth weighted round robin. */
  current: number
  /** Requests between the choice of the target and the end of their exchange. */
  active: number
}

export class PoolState {
  /** The compiled pool that `seats` and `cursor` belong to; undefined before the first request. */
  pool: Pool | undefined
  /** Position in the rotation of round robin; counts up. */
  cursor = 0
  /** By `target.index` of `pool`. */
  seats: readonly Seat[] = []
  byKey: ReadonlyMap<string, Seat> = new Map()
}

/** Fresh memory, for a pool that nobody has seen before. */
export function openPoolState(): PoolState {
  return new PoolState()
}

/** What a Keep knows a pool's memory by: the pool's id and nothing of its content, so that an edit keeps it. */
export function poolStateIdentity(pool: Pool): Identity<PoolState> {
  return `pool:${pool.id}`
}

/** What is remembered of a target; undefined when it has never been chosen since it appeared. */
export function seatOf(state: PoolState, pool: Pool, target: Target): Seat | undefined {
  return state.pool === pool ? state.seats[target.index] : state.byKey.get(target.key)
}

/** Where the rotation of a group stands under an edited pool: at the target that would have been next, or the one after it. */
export function cursorOf(state: PoolState, pool: Pool, group: Group): number {
  if (state.pool === pool || state.pool === undefined) return state.cursor
  const before = state.pool.groups.find(old => old.priority === group.priority)
  if (before === undefined) return 0
  const places = new Map(group.members.map((member, index) => [member.key, index]))
  for (let step = 0; step < before.members.length; step++) {
    const member = before.members[(state.cursor + step) % before.members.length]
    const place = member === undefined ? undefined : places.get(member.key)
    if (place !== undefined) return place
  }
  return 0
}

/** Makes the memory follow an edited pool: targets that stay keep their seats, those that went are forgotten. */
export function follow(state: PoolState, pool: Pool, group: Group): void {
  if (state.pool === pool) return
  state.cursor = cursorOf(state, pool, group)
  state.seats = pool.targets.map(target => state.byKey.get(target.key) ?? { current: 0, active: 0 })
  state.byKey = new Map(pool.targets.map((target, index) => [target.key, state.seats[index] as Seat]))
  state.pool = pool
}
