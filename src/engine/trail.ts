// How a decision tells what it looked at. Only explain listens; on the data path there is no trail.
import type { Facts } from '../http/facts.ts'
import { type Mismatch, mismatch } from '../match/decide.ts'
import type { Router } from '../snapshot/router.ts'
import type { Route } from '../snapshot/snapshot.ts'
import { type Stand, standings } from '../upstream/select.ts'
import { type Pools, stateOf, type Taking } from '../upstream/take.ts'
import type { Pool, Target } from '../upstream/target.ts'

/**
 * Why a route was taken or not: a condition that doesn't hold; `shadowed`: it would match, an earlier one did;
 * `default`: nothing matched and it is the listener's default; `default_unused`: something matched.
 */
export type RouteFate = 'matched' | 'default' | 'default_unused' | 'shadowed' | 'disabled' | Mismatch

export interface Trail {
  /** How the pool of the chosen route balances this request, in a few words. */
  balancing(how: string): void
  /** A step of the decision begins. */
  step(name: string, does: string): void
  /** Every route of the listener, in order of evaluation. */
  route(route: Route, fate: RouteFate): void
  /** Every target of the chosen route's pool, in the order of the file. */
  target(target: Target, stand: Stand): void
  /** After a target behind agents, each that may reach it. */
  agent(id: string, stand: Stand): void
}

/** Tells the fate of every route, judged one by one without the index. */
export function tellRoutes(trail: Trail, router: Router, facts: Facts, taken: Route | undefined): void {
  for (const route of router.routes) trail.route(route, fateOf(route, facts, taken))
}

function fateOf(route: Route, facts: Facts, taken: Route | undefined): RouteFate {
  if (!route.enabled) return 'disabled'
  if (route.isDefault) return route === taken ? 'default' : 'default_unused'
  return mismatch(route.match, facts) ?? (route === taken ? 'matched' : 'shadowed')
}

/** Tells how every target of a pool stands. */
export function tellTargets(trail: Trail, pool: Pool, pools: Pools, taking: Taking | undefined): void {
  for (const [index, stand] of standings(pool, stateOf(pools, pool), taking?.choice).entries()) {
    const target = pool.targets[index]
    if (target === undefined) continue
    trail.target(target, stand)
    const paths = target.kind === 'proxy' ? target.paths : undefined
    if (paths !== undefined) tellAgents(trail, paths, pools, taking?.path)
  }
}

/** Tells how every agent that may reach a target stands. */
function tellAgents(trail: Trail, paths: Pool, pools: Pools, path: Taking | undefined): void {
  const choice = path?.choice.pool === paths ? path.choice : undefined
  for (const [index, stand] of standings(paths, stateOf(pools, paths), choice).entries())
    trail.agent(paths.targets[index]?.key ?? '', stand)
}
