// Targets as they stand: what the file says of them, and what the running server knows.
import type { Pointer } from '../base/pointer.ts'
import type { Live } from '../engine/live.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { ConnectionCounts } from '../upstream/connections.ts'
import { dialedName } from '../upstream/dial-request.ts'
import { healthOf, type TargetHealth } from '../upstream/health/health-of.ts'
import type { Seat } from '../upstream/seat.ts'
import type { Pool, Profile, Target } from '../upstream/target.ts'

/** Moments as RFC 3339 has them. */
export interface ToldHealth {
  readonly status: 'unknown' | 'healthy' | 'unhealthy' | 'unchecked'
  /** What was wrong last. */
  readonly why: string | undefined
  readonly since: string | undefined
  readonly next_probe: string | undefined
  readonly cooling_until: string | undefined
}

export interface ToldTarget {
  /** `<pool>:<target>`. */
  readonly id: string
  readonly pool: string
  readonly name: string
  readonly at: Pointer
  readonly kind: 'proxy' | 'static'
  /** `static`, or the url. */
  readonly leads_to: string
  readonly priority_group: number
  readonly weight: number
  readonly tags: readonly string[]
  readonly enabled: boolean
  /** Whether requests may be sent there now, and if not, why. */
  readonly available: boolean
  readonly why: readonly string[]
  /** What its probes say; undefined where nothing is known of its health. */
  readonly health: ToldHealth | undefined
  /** Why its name can't be looked up, whatever else; undefined when nothing is wrong with it. */
  readonly dns: string | undefined
  /** Requests under way. */
  readonly active: number
  /** Of all profiles under which routes reach it; none for a static one. */
  readonly connections: ConnectionCounts | undefined
}

/** The profiles under which routes reach a target beside its own: those that set a `peer` for themselves. */
export type OtherProfiles = ReadonlyMap<Target, ReadonlySet<Profile>>

/** Walks over all routes once. */
export function otherProfiles({ routes }: Snapshot): OtherProfiles {
  const found = new Map<Target, Set<Profile>>()
  for (const { action } of routes.values()) {
    if (action.kind !== 'forward' || action.legs === action.pool.legs) continue
    for (const leg of action.legs) {
      if (leg === undefined || leg.profile === leg.target.profile) continue
      const known = found.get(leg.target)
      if (known === undefined) found.set(leg.target, new Set([leg.profile]))
      else known.add(leg.profile)
    }
  }
  return found
}

function sum(all: readonly ConnectionCounts[]): ConnectionCounts {
  const total = { open: 0, idle: 0, waiting: 0 }
  for (const { open, idle, waiting } of all) {
    total.open += open
    total.idle += idle
    total.waiting += waiting
  }
  return total
}

function connectionsOf(target: Target, live: Live, others: OtherProfiles): ConnectionCounts | undefined {
  if (target.kind === 'static') return undefined
  const profiles = new Set([target.profile, ...(others.get(target) ?? [])])
  return sum([...profiles].flatMap(profile => live.connections.get(profile)?.counts() ?? []))
}

/** Reasons in words; empty when the target is available. */
function whyNot({ enabled, weight }: Target, seat: Seat | undefined): readonly string[] {
  const written = [...(enabled ? [] : ['disabled']), ...(weight === 0 ? ['weight 0'] : [])]
  return [...written, ...(seat?.objections.values() ?? [])]
}

const moment = (wall: number | undefined): string | undefined =>
  wall === undefined ? undefined : new Date(wall).toISOString()

function tellHealth({ status, why, since, nextProbe, coolingUntil }: TargetHealth): ToldHealth | undefined {
  if (status === 'unchecked' && why === undefined && coolingUntil === undefined) return undefined
  return {
    status,
    why,
    since: moment(since),
    next_probe: moment(nextProbe),
    cooling_until: moment(coolingUntil),
  }
}

function troubleOf(target: Target, { names }: Live): string | undefined {
  const name = target.kind === 'proxy' ? dialedName(target.profile) : undefined
  return name === undefined ? undefined : names.troubleOf(name)
}

/** One target of a pool. */
export function tellTarget(pool: Pool, target: Target, live: Live, others: OtherProfiles): ToldTarget {
  const seat = live.pools.get(pool)?.byKey.get(target.key)
  const health = healthOf(live, pool, target)
  return {
    id: `${pool.id}:${target.key}`,
    pool: pool.id,
    name: target.name,
    at: target.at,
    kind: target.kind,
    leads_to: target.kind === 'static' ? 'static' : target.profile.origin.url,
    priority_group: target.priorityGroup,
    weight: target.weight,
    tags: target.tags,
    enabled: target.enabled,
    available: health.isAvailable,
    why: whyNot(target, seat),
    health: tellHealth(health),
    dns: troubleOf(target, live),
    active: health.active,
    connections: connectionsOf(target, live, others),
  }
}
