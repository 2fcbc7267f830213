// The policies: which member of a group is next, and what choosing it changes (arithmetic as in nginx's smooth weighted round robin).
import { cursorOf, follow, type PoolState, type Seat, seatOf } from './pool-state.ts'
import type { Group, LoadBalancing, Pool, Target } from './target.ts'

/** A target and the group it was chosen from. */
export interface Choice {
  readonly pool: Pool
  readonly group: Group
  readonly target: Target
}

/** The next member of a group under the pool's policy. Only reads; ties go to the member written first. */
export function choose(state: PoolState, pool: Pool, group: Group): Target | undefined {
  return group.members.length < 2 ? group.members[0] : CHOOSERS[pool.loadBalancing](state, pool, group)
}

/** Applies a choice: moves the rotation, counts the request as active. The seat is what `release` takes in the end. */
export function commit(state: PoolState, choice: Choice): Seat {
  const { pool, group, target } = choice
  follow(state, pool, group)
  if (group.members.length > 1) COMMITTERS[pool.loadBalancing](state, choice)
  const seat = state.seats[target.index]
  if (seat === undefined) throw new Error(`target ${target.index} is not in pool ${pool.id}`)
  seat.active++
  return seat
}

/** The exchange has ended. */
export function release(seat: Seat): void {
  seat.active--
}

const CHOOSERS: Readonly<Record<LoadBalancing, typeof choose>> = {
  round_robin: (state, pool, group) => group.members[cursorOf(state, pool, group) % group.members.length],
  weighted_round_robin(state, pool, group) {
    let chosen: Target | undefined
    let highest = Number.NEGATIVE_INFINITY
    for (const member of group.members) {
      const current = (seatOf(state, pool, member)?.current ?? 0) + member.weight
      if (current <= highest) continue
      highest = current
      chosen = member
    }
    return chosen
  },
}

const COMMITTERS: Readonly<Record<LoadBalancing, (state: PoolState, choice: Choice) => void>> = {
  round_robin(state, { group }) {
    state.cursor = (state.cursor + 1) % group.members.length
  },
  weighted_round_robin(state, { group, target }) {
    for (const member of group.members) {
      const seat = state.seats[member.index]
      if (seat !== undefined)
        seat.current += member === target ? member.weight - group.totalWeight : member.weight
    }
  },
}
