// Families about targets: of those that requests or checks have met, so that a table of 100,000 routes tells of the few in use.
import type { Live } from '../engine/live.ts'
import type { Family, Labels } from '../observe/exposition.ts'
import type { Pool, ProxyTarget, Target } from '../upstream/target.ts'
import { type OtherProfiles, otherProfiles, type ToldTarget, tellTarget } from './targets.ts'

interface Met {
  readonly labels: Labels
  readonly told: ToldTarget
}

/** What people see, where that is one target; two of one name are told by what State knows them by. */
function labelOf({ targets }: Pool, target: Target): string {
  return targets.some(other => other !== target && other.name === target.name) ? target.key : target.name
}

function* met(live: Live, others: OtherProfiles): Generator<Met> {
  for (const [pool, state] of live.pools) {
    const known = pool.targets.filter(
      (target): target is ProxyTarget =>
        target.kind === 'proxy' && target.enabled && state.byKey.has(target.key),
    )
    for (const target of known) {
      const labels = { upstream: pool.id, target: labelOf(pool, target) }
      yield { labels, told: tellTarget(pool, target, live, others) }
    }
  }
}

function* each(
  live: Live,
  others: OtherProfiles,
  samples: (one: Met) => readonly (readonly [Labels, number])[],
): Generator<readonly [Labels, number]> {
  for (const one of met(live, others)) yield* samples(one)
}

function connectionSamples({ labels, told }: Met): readonly (readonly [Labels, number])[] {
  const { open = 0, idle = 0, waiting = 0 } = told.connections ?? {}
  return [
    [{ ...labels, state: 'busy' }, open - idle],
    [{ ...labels, state: 'idle' }, idle],
    [{ ...labels, state: 'waiting' }, waiting],
  ]
}

/** Enabled targets with an origin. */
export function tellMetTargets(live: Live): readonly Family[] {
  const others = otherProfiles(live.snapshot)
  return [
    {
      name: 'target_up',
      type: 'gauge',
      help: 'Whether requests may be sent to a target that was met before.',
      samples: each(live, others, ({ labels, told }) => [[labels, told.available ? 1 : 0]]),
    },
    {
      name: 'target_requests_in_flight',
      type: 'gauge',
      help: 'Requests under way to a target.',
      samples: each(live, others, ({ labels, told }) => [[labels, told.active]]),
    },
    {
      name: 'upstream_connections',
      type: 'gauge',
      help: 'Connections to a target that are used or on their way (busy), that are idle, and requests that wait for one.',
      samples: each(live, others, connectionSamples),
    },
  ]
}
