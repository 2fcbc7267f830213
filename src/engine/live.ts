// A snapshot with the State it runs on: identities are resolved once, here, and never while a request is served.

import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { Keep } from '../state/keep.ts'
import type { Shown } from '../tls/shown.ts'
import type { Terms } from '../tls/terms.ts'
import { Connections } from '../upstream/connections.ts'
import { openPoolState, type PoolState, poolStateIdentity } from '../upstream/pool-state.ts'
import type { Pool, Profile } from '../upstream/target.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import type { Door } from './door.ts'

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
}

/** What is bound to one snapshot; identities of everything that lives in it come along for `Keep.retain`. */
export interface Bindings {
  readonly pools: ReadonlyMap<Pool, PoolState>
  readonly connections: ReadonlyMap<Profile, Connections>
  readonly identities: ReadonlySet<string>
}

/**
 * Resolves the State of every pool and connection profile, a few at a time so that a large table doesn't hold up requests:
 * the caller decides when to go on after each yield.
 */
export function* bind(snapshot: Snapshot, keep: Keep, wire: WireParts): Generator<void, Bindings> {
  const pools = new Map<Pool, PoolState>()
  const connections = new Map<Profile, Connections>()
  const identities = new Set<string>()
  const bindProfile = (profile: Profile): void => {
    if (connections.has(profile)) return
    identities.add(profile.identity)
    connections.set(
      profile,
      keep.at(profile.identity, () => new Connections(profile, wire)),
    )
  }
  for (const pool of snapshot.pools.values()) {
    const identity = poolStateIdentity(pool)
    identities.add(identity)
    pools.set(pool, keep.at(identity, openPoolState))
    for (const target of pool.targets) if (target.kind === 'proxy') bindProfile(target.profile)
    yield
  }
  for (const route of snapshot.routes.values()) {
    if (route.action.kind !== 'forward') continue
    for (const leg of route.action.legs) if (leg !== undefined) bindProfile(leg.profile)
    yield
  }
  return { pools, connections, identities }
}
