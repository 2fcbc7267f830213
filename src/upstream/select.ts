// Which target of a pool serves a request: the lowest priority group that has one, then the pool's policy.
import { type Choice, choose } from './balance.ts'
import type { PoolState } from './pool-state.ts'
import type { Pool, Target } from './target.ts'

/** The choice, or undefined when no target is available. Only reads; `commit` applies it. */
export function select(pool: Pool, state: PoolState): Choice | undefined {
  for (const group of pool.groups) {
    const target = choose(state, pool, group)
    if (target !== undefined) return { pool, group, target }
  }
  return undefined
}

/** Why a target was taken or not: `waits` is a member of the group whose turn it isn't, `other_group` stands behind a lower one. */
export type Standing = 'chosen' | 'waits' | 'other_group' | 'disabled' | 'no_weight'

/** How each target of a pool stands after a choice, in the order of the file. */
export function standings(pool: Pool, choice: Choice | undefined): readonly Standing[] {
  return pool.targets.map(target => standing(target, choice))
}

function standing(target: Target, choice: Choice | undefined): Standing {
  if (!target.enabled) return 'disabled'
  if (target.weight === 0) return 'no_weight'
  if (target === choice?.target) return 'chosen'
  return target.priorityGroup === choice?.group.priority ? 'waits' : 'other_group'
}
