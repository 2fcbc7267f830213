// The difference between two snapshots, as data: what a reload keeps, opens, closes and changes, and why.
// What didn't change is the same object on both sides, so a small edit of a large table costs a walk and no more.
import type { Pool } from '../upstream/target.ts'
import { type ListenerChange, planListeners } from './plan-listeners.ts'
import {
  agentDifference,
  certificateDifference,
  poolDifference,
  routeDifference,
  targetDifference,
} from './plan-why.ts'
import type { Snapshot } from './snapshot.ts'

/** One thing that is new, gone or different. */
export interface Change {
  /** A target's is `<pool id>/<target key>`, a profile's its identity. */
  readonly id: string
  /** In a few words: `new`, `gone`, `disabled`, `match, priority`. */
  readonly why: string
}

export interface Changes {
  readonly added: readonly Change[]
  readonly removed: readonly Change[]
  readonly changed: readonly Change[]
  /** How many stay as they are. */
  readonly kept: number
}

export interface Plan {
  /** By address; only enabled listeners have one. */
  readonly listeners: readonly ListenerChange[]
  /** What visitors are shown from now on; no connection is closed for it. */
  readonly certificates: Changes
  /** Enabled ones; sessions of those removed, or with another token, end when their streams are done. */
  readonly agents: Changes
  /** Enabled ones: a route that is disabled counts as removed. */
  readonly routes: Changes
  readonly pools: Changes
  /** Enabled ones, by pool. */
  readonly targets: Changes
  /** Connection profiles; those removed finish what they carry and close. */
  readonly profiles: Changes
}

/** The plan from what runs (undefined at the start) to what comes next. Takes time linear in both. */
export function plan(old: Snapshot | undefined, next: Snapshot): Plan {
  const steps = planSteps(old, next)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same in small steps: comparing 10,000 routes that all changed takes a tenth of a second, which no request should wait. */
export function* planSteps(old: Snapshot | undefined, next: Snapshot): Generator<void, Plan> {
  const routes = yield* compare(serving(old?.routes), serving(next.routes), routeDifference, id =>
    next.routes.has(id) ? 'disabled' : 'gone',
  )
  return {
    listeners: planListeners(old, next),
    certificates: yield* compare(
      old?.certificates ?? new Map(),
      next.certificates,
      certificateDifference,
      () => 'gone',
    ),
    agents: yield* compare(serving(old?.agents), serving(next.agents), agentDifference, id =>
      next.agents.has(id) ? 'disabled' : 'gone',
    ),
    routes,
    pools: yield* compare(old?.pools ?? new Map(), next.pools, poolDifference, () => 'gone'),
    targets: yield* planTargets(old, next),
    profiles: yield* planProfiles(old, next),
  }
}

/** Comparisons that find nothing are cheap; so many make a step. */
const STEP = 256

function* compare<T>(
  old: ReadonlyMap<string, T>,
  next: ReadonlyMap<string, T>,
  difference: (before: T, after: T) => string | undefined,
  whyGone: (id: string) => string,
): Generator<void, Changes> {
  const added: Change[] = []
  const changed: Change[] = []
  const removed: Change[] = []
  let kept = 0
  for (const [id, after] of next) {
    const before = old.get(id)
    const why = before === undefined || before === after ? undefined : difference(before, after)
    if (before === undefined) added.push({ id, why: 'new' })
    else if (why === undefined) kept++
    else changed.push({ id, why })
    if (why !== undefined || (kept + added.length) % STEP === 0) yield
  }
  if (kept + changed.length < old.size) {
    for (const id of old.keys()) if (!next.has(id)) removed.push({ id, why: whyGone(id) })
  }
  return { added, removed, changed, kept }
}

function serving<T extends { readonly enabled: boolean }>(
  all: ReadonlyMap<string, T> | undefined,
): ReadonlyMap<string, T> {
  const enabled = new Map(all)
  for (const [id, one] of enabled) if (!one.enabled) enabled.delete(id)
  return enabled
}

/** Pools that aren't the same object on both sides: nobody else's targets or profiles can differ. */
function differingPools(
  pools: Snapshot['pools'] | undefined,
  others: Snapshot['pools'] | undefined,
): readonly Pool[] {
  return [...(pools?.values() ?? [])].filter(pool => others?.get(pool.id) !== pool)
}

function* planTargets(old: Snapshot | undefined, next: Snapshot): Generator<void, Changes> {
  const enabled = (pools: readonly Pool[]) =>
    new Map(
      pools.flatMap(pool =>
        pool.targets
          .filter(target => target.enabled)
          .map(target => [`${pool.id}/${target.key}`, target] as const),
      ),
    )
  const before = enabled(differingPools(old?.pools, next.pools))
  yield
  const after = enabled(differingPools(next.pools, old?.pools))
  yield
  const changes = yield* compare(before, after, targetDifference, () => 'gone or disabled')
  let same = 0
  for (const pool of next.pools.values()) {
    if (old?.pools.get(pool.id) === pool) same += pool.targets.filter(target => target.enabled).length
  }
  return { ...changes, kept: changes.kept + same }
}

function* planProfiles(old: Snapshot | undefined, next: Snapshot): Generator<void, Changes> {
  const before = profilesOf(old)
  yield
  const after = profilesOf(next)
  yield
  return yield* compare(
    before,
    after,
    () => undefined,
    () => 'no target has its url and peer any more',
  )
}

function profilesOf(snapshot: Snapshot | undefined): ReadonlyMap<string, string> {
  const identities = new Map<string, string>()
  for (const { legs } of snapshot?.pools.values() ?? []) {
    for (const leg of legs) if (leg !== undefined) identities.set(leg.profile.identity, '')
  }
  for (const { action } of snapshot?.routes.values() ?? []) {
    if (action.kind !== 'forward' || action.legs === action.pool.legs) continue
    for (const leg of action.legs) if (leg !== undefined) identities.set(leg.profile.identity, '')
  }
  return identities
}
