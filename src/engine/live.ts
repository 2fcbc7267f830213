// A snapshot with the State it runs on: identities are resolved once, here, and never while a request is served.

import type { Names } from '../net/names.ts'
import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { Keep } from '../state/keep.ts'
import type { Shown } from '../tls/shown.ts'
import type { Terms } from '../tls/terms.ts'
import { Connections } from '../upstream/connections.ts'
import { dialedName } from '../upstream/dial-request.ts'
import { Health, type HealthParts } from '../upstream/health/health.ts'
import { openPoolState, type PoolState, poolStateIdentity, setAvailable } from '../upstream/pool-state.ts'
import { Tokens } from '../upstream/sticky.ts'
import { stateOf } from '../upstream/take.ts'
import type { Pool, Profile, ProxyTarget, Target } from '../upstream/target.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import type { Door } from './door.ts'
import type { StickySecret } from './sticky-secret.ts'

export interface Live {
  readonly snapshot: Snapshot
  /** Counts adoptions, from 1. */
  readonly generation: number
  readonly listeners: ReadonlyMap<Door, Listener>
  /** By https listener. */
  readonly terms: ReadonlyMap<Listener, Terms>
  /** Every certificate that a visitor may be shown, by id. */
  readonly shown: ReadonlyMap<string, Shown>
  readonly pools: ReadonlyMap<Pool, PoolState>
  readonly connections: ReadonlyMap<Profile, Connections>
  /** Those through an agent, by its id. */
  readonly through: ReadonlyMap<string, readonly Connections[]>
  /** Of targets with health rules. */
  readonly health: ReadonlyMap<Target, Health>
  /** Of sticky pools. */
  readonly tokens: ReadonlyMap<Pool, Tokens>
  readonly names: Pick<Names, 'troubleOf'>
}

/** What is bound to one snapshot; identities of everything that lives in it come along for `Keep.retain`. */
export interface Bindings {
  readonly pools: ReadonlyMap<Pool, PoolState>
  readonly connections: ReadonlyMap<Profile, Connections>
  /** Those through an agent, by its id. */
  readonly through: ReadonlyMap<string, readonly Connections[]>
  readonly health: ReadonlyMap<Target, Health>
  readonly tokens: ReadonlyMap<Pool, Tokens>
  readonly identities: ReadonlySet<string>
  /** Whatever some connection asks for by name. */
  readonly names: ReadonlySet<string>
}

/**
 * Resolves the State of every pool and connection profile, a few at a time so that a large table doesn't hold up requests:
 * the caller decides when to go on after each yield.
 */
export function* bind(
  snapshot: Snapshot,
  keep: Keep,
  parts: { readonly wire: WireParts; readonly health: HealthParts },
  sticky: StickySecret | undefined,
): Generator<void, Bindings> {
  const pools = new Map<Pool, PoolState>()
  const connections = new Map<Profile, Connections>()
  const through = new Map<string, Connections[]>()
  const health = new Map<Target, Health>()
  const tokens = new Map<Pool, Tokens>()
  const identities = new Set<string>(sticky === undefined ? [] : [sticky.identity])
  const names = new Set<string>()
  const bindProfile = (profile: Profile): void => {
    if (connections.has(profile)) return
    identities.add(profile.identity)
    const name = dialedName(profile)
    if (name !== undefined) names.add(name)
    const made = keep.at(profile.identity, () => new Connections(profile, parts.wire))
    connections.set(profile, made)
    if (profile.via === undefined) return
    const others = through.get(profile.via)
    if (others === undefined) through.set(profile.via, [made])
    else others.push(made)
  }
  const bindHealth = (target: ProxyTarget): void => {
    const rules = target.health
    if (rules === undefined) return
    identities.add(rules.identity)
    health.set(
      target,
      keep.at(rules.identity, () => new Health(rules, parts.health)),
    )
  }
  const bindPool = (pool: Pool): void => {
    const identity = poolStateIdentity(pool)
    identities.add(identity)
    pools.set(pool, keep.at(identity, openPoolState))
    if (pool.sticky !== undefined && sticky !== undefined)
      tokens.set(pool, new Tokens(pool, pool.sticky, sticky.secret))
    for (const target of pool.targets) {
      if (target.kind !== 'proxy') continue
      if (target.paths === undefined) {
        bindProfile(target.profile)
        bindHealth(target)
      } else bindPool(target.paths)
    }
  }
  for (const pool of snapshot.pools.values()) {
    bindPool(pool)
    yield
  }
  for (const route of snapshot.routes.values()) {
    if (route.action.kind !== 'forward') continue
    for (const leg of route.action.legs)
      if (leg !== undefined) for (const one of leg.paths ?? [leg]) bindProfile(one.profile)
    yield
  }
  return { pools, connections, through, health, tokens, identities, names }
}

/** Makes health follow what is live (`changed`: a target of a pool came or went): probes that are new begin, and whoever chooses targets hears how each stands. */
export function followHealth({ snapshot, pools, health }: Live, changed: (pool: Pool) => void): void {
  const follow = (pool: Pool): void => {
    const state = stateOf(pools, pool)
    for (const target of pool.targets) {
      if (target.kind !== 'proxy') continue
      if (target.paths !== undefined) follow(target.paths)
      const known = health.get(target)
      if (target.health === undefined || known === undefined) continue
      const objection = (who: string, why: string | undefined): void => {
        setAvailable(state, target.key, who, why)
        changed(pool)
      }
      known.follow({ poolId: pool.id, target, objection }, target.health)
    }
  }
  for (const pool of snapshot.pools.values()) follow(pool)
}
