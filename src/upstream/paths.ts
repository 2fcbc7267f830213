// The ways to a target that only agents can reach: one a matching agent, each with connections and health of its own. To who
// balances they are a pool like any other.

import { isAbout } from '../base/dial-target.ts'
import { type Labels, missingLabel } from '../base/labels.ts'
import type { Agent } from '../tunnel/agent.ts'
import { groupsOf } from './groups.ts'
import { compileLegs } from './legs.ts'
import { NO_RETRY } from './retry.ts'
import type { LoadBalancing, Origin, Paths, ProxyTarget } from './target.ts'

export interface WrittenPaths {
  readonly selector: Labels
  readonly loadBalancing: LoadBalancing
  /** The target as this agent reaches it. */
  through(agent: Agent): Pick<ProxyTarget, 'profile' | 'health'>
}

/** What a path's State is known by, within the target's pool. No id holds an `@`. */
export function pathKey(targetKey: string, agentId: string): string {
  return `${targetKey}@${agentId}`
}

/** The paths to a target, by the ids of their agents; none when no enabled agent fits. */
export function compilePaths(
  target: ProxyTarget,
  poolId: string,
  agents: Iterable<Agent>,
  { selector, loadBalancing, through }: WrittenPaths,
): Paths {
  const fitting = [...agents].filter(agent => unfitness(agent, selector, target.profile.origin) === undefined)
  const targets = fitting
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((agent, index): ProxyTarget => {
      const { id: key, name, weight } = agent
      const place = { index, key, name, weight, enabled: true, priorityGroup: 0 }
      return Object.freeze({ ...target, ...place, ...through(agent), paths: undefined })
    })
  return Object.freeze({
    id: `${poolId}/${target.key}`,
    name: target.name,
    at: target.at,
    hash: fitting.map(({ id, hash }) => `${id} ${hash}`).join(' '),
    loadBalancing,
    selector,
    origin: target.profile.origin,
    targets: Object.freeze(targets),
    retry: NO_RETRY,
    hashing: undefined,
    sticky: undefined,
    groups: Object.freeze(groupsOf(targets)),
    legs: compileLegs(targets, undefined),
  })
}

/** Why an agent, as the file has it, is no way to an origin; undefined when it is one, whether it is connected or not. */
export function unfitness(agent: Agent, selector: Labels, { host, port }: Origin): string | undefined {
  if (!agent.enabled) return 'disabled'
  const missing = missingLabel(selector, agent.labels)
  if (missing !== undefined) {
    const { key, has } = missing
    return has === undefined ? `it has no label ${key}` : `its label ${key} is ${JSON.stringify(has)}`
  }
  const { allowTargets } = agent
  if (allowTargets.length === 0 || allowTargets.some(entry => isAbout(entry, host, port))) return undefined
  return `its allow_targets leave out ${host}:${port}`
}
