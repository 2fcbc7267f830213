// Weights and groups that don't do what they seem to.
import { step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { LoadBalancing, Target } from '../shape.gen.ts'
import { has, valuesOf } from '../values.ts'
import type { Rule } from './draft.ts'
import { type PlacedPool, placePools } from './pools.ts'

/** Policies for which a weight says no more than whether it is 0, and the one that is meant by weights. */
const WEIGHTLESS: Readonly<Partial<Record<LoadBalancing, LoadBalancing>>> = {
  round_robin: 'weighted_round_robin',
  random: 'weighted_random',
  least_active_requests: 'weighted_least_active_requests',
}

const serves = ({ enabled, weight }: Target): boolean => enabled && weight > 0

function checkIgnored({ pool, written, at }: PlacedPool, findings: Findings): void {
  const better = WEIGHTLESS[pool.load_balancing]
  const list = has(written, 'targets') ? (written['targets'] as readonly unknown[]) : []
  const index = pool.targets.findIndex(
    (target, place) =>
      serves(target) &&
      has(valuesOf(list[place]), 'weight') &&
      pool.targets.some(
        other =>
          serves(other) && other.priority_group === target.priority_group && other.weight !== target.weight,
      ),
  )
  if (better === undefined || index < 0) return
  findings.add({
    code: 'upstream/ignored-weight',
    severity: 'warning',
    message: `${pool.load_balancing} ignores weights`,
    at: step(step(step(at, 'targets'), index), 'weight'),
    on: 'key',
    help: `write load_balancing: ${better}, or leave the weights out`,
  })
}

function checkNobody({ pool, at }: PlacedPool, findings: Findings): void {
  const enabled = pool.targets.filter(target => target.enabled)
  if (enabled.length === 0 || enabled.some(serves)) return
  findings.add({
    code: 'upstream/no-weight',
    severity: 'warning',
    message: 'every enabled target has weight 0: nobody takes new requests',
    at: step(at, 'targets'),
    on: 'key',
  })
}

function checkUnreachable({ pool, at }: PlacedPool, findings: Findings): void {
  const fixed = pool.targets.filter(target => serves(target) && target.static !== undefined)
  const lowest = Math.min(...fixed.map(target => target.priority_group))
  const index = pool.targets.findIndex(target => serves(target) && target.priority_group > lowest)
  if (index < 0) return
  const before = pool.targets.findIndex(
    target => serves(target) && target.static !== undefined && target.priority_group === lowest,
  )
  findings.add({
    code: 'upstream/unreachable-group',
    severity: 'warning',
    message: `group ${pool.targets[index]?.priority_group} is never reached: group ${lowest} has a static target, which is always available`,
    at: step(step(at, 'targets'), index),
    on: 'key',
    related: [{ at: step(step(at, 'targets'), before), on: 'key', message: 'the static target' }],
  })
}

/** What a pool's weights and groups come to. */
export const weightRule: Rule = (draft, findings) => {
  for (const placed of placePools(draft)) {
    checkIgnored(placed, findings)
    checkNobody(placed, findings)
    checkUnreachable(placed, findings)
  }
}
