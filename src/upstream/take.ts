// Whom a request goes to: a target of a pool and, where agents are in between, one of them.
import type { Choice } from './balance.ts'
import { arrangementOf, type PoolState } from './pool-state.ts'
import { select } from './select.ts'
import type { Stick } from './sticky.ts'
import type { Leg, Pool, Target } from './target.ts'
import type { Wish } from './wish.ts'

/** The memory of pools, by the compiled pool. */
export interface Pools {
  get(pool: Pool): PoolState | undefined
}

/** A choice to be applied with `commit(state, choice)`, and the one of the agent under it; nothing has moved yet. */
export interface Taking {
  readonly state: PoolState
  readonly choice: Choice
  readonly path: Taking | undefined
  /** Present with the first taking of an exchange, where visitors are brought back. */
  readonly stick?: Stick
}

/** Undefined when no target is available. Only reads. */
export function take(pool: Pool, pools: Pools, wish: Wish): Taking | undefined {
  const state = stateOf(pools, pool)
  const choice = select(pool, state, wish)
  if (choice === undefined) return undefined
  const paths = choice.target.kind === 'proxy' ? choice.target.paths : undefined
  if (paths === undefined) return { state, choice, path: undefined }
  const path = take(paths, pools, wish)
  return path && { state, choice, path }
}

/** The State of a pool that is live. */
export function stateOf(pools: Pools, pool: Pool): PoolState {
  const state = pools.get(pool)
  if (state === undefined) throw new Error(`pool ${pool.id} has no State`)
  return state
}

/** The leg to a target that was taken, through its agent if there is one. */
export function legTaken(legs: readonly (Leg | undefined)[], { choice, path }: Taking): Leg {
  const leg = legs[choice.target.index]
  const taken = path === undefined ? leg : leg?.paths?.[path.choice.target.index]
  if (taken === undefined) throw new Error(`no leg to ${choice.target.name}`)
  return taken
}

/** What was tried by a taking that failed: the way through its agent, and the target itself once no other agent is left. */
export function addTried({ choice, path }: Taking, tried: Target[]): void {
  if (path === undefined) {
    tried.push(choice.target)
    return
  }
  tried.push(path.choice.target)
  const { pool } = path.choice
  const { seats } = arrangementOf(path.state, pool)
  const isLeft = pool.targets.some(one => seats[one.index]?.isAvailable === true && !tried.includes(one))
  if (!isLeft) tried.push(choice.target)
}
