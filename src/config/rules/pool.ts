// Pools of targets: named or in place, and with somebody in them.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Target } from '../shape.gen.ts'
import { has, type Values, valuesOf } from '../values.ts'
import type { Rule } from './draft.ts'

/** Keys of an upstream, which mean nothing beside the name of one. */
const POOL_KEYS = [
  'targets',
  'load_balancing',
  'hash_on',
  'hash_fallback',
  'slots',
  'sticky',
  'health_check',
  'passive_health',
  'tags',
] as const

function checkTargets(targets: readonly Target[], at: Pointer, isUsed: boolean, findings: Findings): void {
  if (targets.some(target => target.enabled)) return
  const message = targets.length === 0 ? 'the pool has no target' : 'the pool has no enabled target'
  const severity = isUsed ? 'error' : 'warning'
  findings.add({ code: 'upstream/no-target', severity, message, at: step(at, 'targets'), on: 'key' })
}

function checkForward(written: Values, at: Pointer, findings: Findings): void {
  const isNamed = has(written, 'upstream')
  for (const key of POOL_KEYS) {
    if (!isNamed || !has(written, key)) continue
    findings.key('route/pool', step(at, key), `"${key}" stands beside "upstream", which names a whole pool`, {
      related: [{ at: step(at, 'upstream'), on: 'key', message: 'the pool is named here' }],
    })
  }
  if (isNamed) return
  const isMeant = findings.isClaimed(step(at, 'upstream')) || findings.isClaimed(step(at, 'targets'))
  if (!has(written, 'targets') && !isMeant)
    findings.key('route/pool', at, 'forward needs the name of an upstream, or targets')
  if (has(written, 'response_header_timeout'))
    findings.key('shape/useless-key', step(at, 'response_header_timeout'), 'this key goes with "upstream"', {
      help: 'write it at each of the targets',
    })
}

/** Every pool that something uses has an enabled target; a route names a pool or writes one. */
export const poolRule: Rule = ({ config, written }, findings) => {
  const used = new Set<string>()
  for (const [id, route] of Object.entries(config.routes)) {
    if (route.forward === undefined) continue
    const at = pointer('routes', id, 'forward')
    const own = valuesOf(written('routes', id)['forward'])
    checkForward(own, at, findings)
    if (route.enabled && route.forward.upstream !== undefined) used.add(route.forward.upstream)
    if (route.forward.upstream === undefined && has(own, 'targets'))
      checkTargets(route.forward.targets, at, route.enabled, findings)
  }
  for (const [id, upstream] of Object.entries(config.upstreams))
    checkTargets(upstream.targets, pointer('upstreams', id), used.has(id), findings)
}
