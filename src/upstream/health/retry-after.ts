// When a pool without an available target may have one again.
import type { Pool, Target } from '../target.ts'
import type { Health } from './health.ts'

/** What is known of targets' health, by the compiled target; undefined where there are no health rules. */
export interface Healths {
  get(target: Target): Health | undefined
}

/** Whole seconds until the next probe or the next end of a cool-down, rounded up and at least 1; 1 as well when nothing is to come. */
export function secondsUntilChance(pool: Pool, healths: Healths): number {
  const waits = pool.groups
    .flatMap(group => group.members)
    .map(target => healths.get(target)?.untilChance() ?? Number.POSITIVE_INFINITY)
  const wait = Math.min(...waits)
  return wait === Number.POSITIVE_INFINITY ? 1 : Math.max(1, Math.ceil(wait / 1000))
}
