// Pools of a few words, and taking from them as the engine does.
import { commit, release } from '../../src/upstream/balance.ts'
import { compilePool } from '../../src/upstream/compile.ts'
import type { PoolState } from '../../src/upstream/pool-state.ts'
import { select } from '../../src/upstream/select.ts'
import type { LoadBalancing, Pool } from '../../src/upstream/target.ts'
import type { Wish } from '../../src/upstream/wish.ts'
import { configOf, type ForwardWords, type TargetWords } from './config.ts'
import { wishOf } from './wish.ts'

/** Every policy, in the order of the schema. */
export const POLICIES = [
  'weighted_round_robin',
  'round_robin',
  'random',
  'weighted_random',
  'least_active_requests',
  'weighted_least_active_requests',
  'hash',
  'power_of_two',
  'peak_ewma',
] as const satisfies readonly LoadBalancing[]

/** Compiles a pool of the id `main`. */
export function pool(
  load_balancing: LoadBalancing,
  targets: readonly TargetWords[],
  words: ForwardWords = {},
): Pool {
  const { main } = configOf({ upstreams: { main: { load_balancing, targets, ...words } } }).upstreams
  if (main === undefined) throw new Error('no pool')
  const written = { ...main, id: 'main', name: 'main', at: '/upstreams/main', hash: '' }
  return compilePool(written, { defaults: undefined, bodies: new Map(), agents: new Map(), files: new Map() })
}

/** Targets `a`, `b`, ... with these weights. */
export function weighted(...weights: readonly number[]): readonly TargetWords[] {
  return weights.map((weight, index) => ({ id: nameAt(index), url: 'http://x', weight }))
}

/** A target for every letter. */
export function named(names: string, words: TargetWords = {}): readonly TargetWords[] {
  return [...names].map(id => ({ id, url: 'http://x', ...words }))
}

export function nameAt(index: number): string {
  return String.fromCharCode(97 + index)
}

/** The name of who would be next, or `-`. */
export function next(state: PoolState, from: Pool, wish: Wish = wishOf()): string {
  return select(from, state, wish)?.target.name ?? '-'
}

/** Names of who serves so many requests, each over before the next; ends with `-` when nobody does. */
export function take(state: PoolState, from: Pool, times: number, wish: Wish = wishOf()): string {
  let names = ''
  for (let n = 0; n < times; n++) {
    const choice = select(from, state, wish)
    if (choice === undefined) return `${names}-`
    release(commit(state, choice))
    names += choice.target.name
  }
  return names
}
