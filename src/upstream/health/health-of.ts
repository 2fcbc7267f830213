// How a target stands, as plain data: for whoever shows it to an operator.
import type { PoolState } from '../pool-state.ts'
import type { Pool, Target } from '../target.ts'
import type { HealthStatus } from './condition.ts'
import type { Healths } from './retry-after.ts'

/** One target's standing at one moment. Times are wall times, in milliseconds since 1970. No secret is in it. */
export interface TargetHealth {
  /** What its probes say; `unchecked` without an active check. */
  readonly status: HealthStatus | 'unchecked'
  /** Enabled, with a weight, and nobody says that it can't serve: new requests may go there. */
  readonly isAvailable: boolean
  /** What was wrong last, `answered 503`, `connection_refused: ECONNREFUSED`; undefined once a probe was good. It may name addresses. */
  readonly why: string | undefined
  /** Since when the status is what it is; undefined for `unchecked`. */
  readonly since: number | undefined
  /** Probes in a row. */
  readonly healthyStreak: number
  readonly unhealthyStreak: number
  /** Undefined while a probe is under way, and without an active check. */
  readonly nextProbe: number | undefined
  /** Undefined while it doesn't cool down. */
  readonly coolingUntil: number | undefined
  /** Requests between the choice of the target and the end of their exchange. */
  readonly active: number
}

/** The State to look into: a running engine's. */
export interface HealthMemory {
  readonly pools: { get(pool: Pool): PoolState | undefined }
  readonly health: Healths
}

/** How a target of a pool stands: `status`, the list of upstreams and a live explanation print it. Only reads. */
export function healthOf(memory: HealthMemory, pool: Pool, target: Target): TargetHealth {
  const seat = memory.pools.get(pool)?.byKey.get(target.key)
  const health = memory.health.get(target)
  const common = {
    isAvailable: target.enabled && target.weight > 0 && seat?.isAvailable !== false,
    active: seat?.active ?? 0,
  }
  if (health === undefined) return { ...UNKNOWN, ...common }
  const { status, why, since, healthyStreak, unhealthyStreak } = health.condition
  const isChecked = target.kind === 'proxy' && target.health?.check !== undefined
  return {
    ...common,
    status: isChecked ? status : 'unchecked',
    why,
    since: isChecked ? since : undefined,
    healthyStreak,
    unhealthyStreak,
    nextProbe: health.wallTime(health.nextProbeAt),
    coolingUntil: health.wallTime(health.condition.coolingUntil),
  }
}

const UNKNOWN: Omit<TargetHealth, 'isAvailable' | 'active'> = {
  status: 'unchecked',
  why: undefined,
  since: undefined,
  healthyStreak: 0,
  unhealthyStreak: 0,
  nextProbe: undefined,
  coolingUntil: undefined,
}
