// Makes the ways to targets behind agents follow their agents: who is gone is out of selection at once, and a target that no agent
// can reach is out of its pool.
import type { Agents } from '../tunnel/agents.ts'
import { AGENT, AGENTS } from '../upstream/objections.ts'
import { type PoolState, setAvailable } from '../upstream/pool-state.ts'
import { stateOf } from '../upstream/take.ts'
import type { Pool, ProxyTarget } from '../upstream/target.ts'
import type { Live } from './live.ts'

/** One target behind agents, with the memory of its pool and of its paths. */
interface Behind {
  readonly target: ProxyTarget
  readonly paths: Pool
  readonly pool: PoolState
  readonly state: PoolState
}

export interface Following {
  /** An agent came, went, filled up or emptied. */
  changed(id: string): void
  /** Something else became of a way to a target. */
  refresh(paths: Pool): void
}

/** Follows the agents of what is live, until something else is. */
export function followAgents(live: Live, agents: Agents): Following {
  const byAgent = new Map<string, Behind[]>()
  const byPaths = new Map<Pool, Behind>()
  for (const pool of live.snapshot.pools.values())
    for (const target of pool.targets) {
      if (target.kind !== 'proxy' || target.paths === undefined || target.paths.targets.length === 0) continue
      const { paths } = target
      const behind = { target, paths, pool: stateOf(live.pools, pool), state: stateOf(live.pools, paths) }
      byPaths.set(paths, behind)
      for (const { key } of paths.targets) {
        const others = byAgent.get(key)
        if (others === undefined) byAgent.set(key, [behind])
        else others.push(behind)
      }
    }

  const tell = ({ state }: Behind, id: string): void => setAvailable(state, id, AGENT, agents.objection(id))
  const refresh = (behind: Behind): void =>
    setAvailable(behind.pool, behind.target.key, AGENTS, noWay(behind.paths, behind.state))

  for (const behind of byPaths.values()) {
    for (const { key } of behind.paths.targets) tell(behind, key)
    refresh(behind)
  }
  return {
    changed(id) {
      for (const behind of byAgent.get(id) ?? []) {
        tell(behind, id)
        refresh(behind)
      }
    },
    refresh(paths) {
      const behind = byPaths.get(paths)
      if (behind !== undefined) refresh(behind)
    },
  }
}

/** Why no way to a target is open; undefined when one is. Asked at every coming and going, so one open way is looked for first. */
function noWay({ targets }: Pool, { byKey }: PoolState): string | undefined {
  const objections = (key: string): ReadonlyMap<string, string> | undefined => byKey.get(key)?.objections
  if (targets.some(({ key }) => (objections(key)?.size ?? 0) === 0)) return undefined
  const whys = targets.map(({ key, name }) => `${name}: ${[...(objections(key)?.values() ?? [])].join('; ')}`)
  return `no agent: ${whys.join(', ')}`
}
