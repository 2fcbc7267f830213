// Who objects to a target, as far as more than the objector has to know it.
import { isOutOfReach } from './groups.ts'
import { type Pools, stateOf } from './take.ts'
import type { Pool } from './target.ts'

/** On the way through an agent: the agent itself, which is offline, draining or full. */
export const AGENT = 'agent'
/** On a target behind agents: no way is open. */
export const AGENTS = 'agents'

/** On a target whose name has no address. */
export const DNS = 'dns'

/** Whether every target of a pool that could serve lacks nothing but an agent that is there. */
export function lacksAgents(pool: Pool, pools: Pools): boolean {
  const candidates = pool.targets.filter(({ enabled, weight }) => enabled && weight > 0)
  return (
    candidates.length > 0 &&
    candidates.every(target => {
      if (isOutOfReach(target)) return true
      const paths = target.kind === 'proxy' ? target.paths : undefined
      if (paths === undefined) return false
      const { byKey } = stateOf(pools, paths)
      return paths.targets.every(({ key }) => byKey.get(key)?.objections.has(AGENT) === true)
    })
  )
}

/** Whether every target of a pool that could serve lacks nothing but an address of its name. */
export function lacksNames(pool: Pool, pools: Pools): boolean {
  const { byKey } = stateOf(pools, pool)
  const candidates = pool.groups.flatMap(({ members }) => members)
  return (
    candidates.length > 0 &&
    candidates.every(({ key }) => {
      const objections = byKey.get(key)?.objections
      return objections?.size === 1 && objections.has(DNS)
    })
  )
}
