// Which target of a pool serves a request: the lowest priority group that has one available, then the pool's policy.
import type { Arrangement } from './arrangement.ts'
import type { Choice } from './balance.ts'
import { isOutOfReach } from './groups.ts'
import { hashKey, keyWords } from './hash-key.ts'
import { arrangementOf, type PoolState } from './pool-state.ts'
import { makeRota } from './rota/make.ts'
import type { Rota } from './rota/rota.ts'
import type { Pool, Target } from './target.ts'
import type { Wish } from './wish.ts'

/** The choice, or undefined when no target is available. Only reads; `commit` applies it. */
export function select(pool: Pool, state: PoolState, wish: Wish): Choice | undefined {
  const arrangement = arrangementOf(state, pool)
  if (wish.tried.length > 0) {
    const another = untried(arrangement, wish)
    if (another !== undefined) return another
  }
  const { serving, seats } = arrangement
  if (serving === undefined) return undefined
  const { wanted } = wish
  if (wanted !== undefined && pool.targets[wanted.index] === wanted && seats[wanted.index]?.turns === serving)
    return { pool, group: serving.group, target: wanted, among: undefined, isTurn: false }
  const place = serving.next(wish)
  return choiceAt(pool, serving, place, undefined, serving.wasTurn)
}

/** As if the targets that were tried weren't there; undefined when there are no others. */
function untried({ pool, rotas }: Arrangement, wish: Wish): Choice | undefined {
  for (const rota of rotas) {
    const among = [...rota.seats.keys()].filter(place => !wish.tried.includes(targetAt(pool, rota, place)))
    if (among.length === 0) continue
    const seats = among.flatMap(place => rota.seats[place]?.copy() ?? [])
    const others = makeRota(pool, rota.group, seats, rota)
    const next = others.next(wish)
    return choiceAt(pool, rota, among[next] ?? 0, among, others.wasTurn)
  }
  return undefined
}

function choiceAt(pool: Pool, rota: Rota, place: number, among: Choice['among'], isTurn: boolean): Choice {
  return { pool, group: rota.group, target: targetAt(pool, rota, place), among, isTurn }
}

function targetAt(pool: Pool, rota: Rota, place: number): Target {
  const target = pool.targets[rota.seats[place]?.index ?? -1]
  if (target === undefined) throw new Error(`nobody has place ${place} in pool ${pool.id}`)
  return target
}

/** By what a target of the pool was chosen, in a few words; values of fields aren't told. */
export function chosenBy(pool: Pool, wish: Wish, choice: Choice | undefined): string {
  const { loadBalancing, hashing, sticky } = pool
  const { facts } = wish
  if (sticky !== undefined && choice !== undefined && choice.target === wish.wanted)
    return `the cookie ${sticky.cookie}`
  if (hashing === undefined) return loadBalancing
  if (hashKey(hashing.on, facts) !== undefined) return `hash on ${keyWords(hashing.on)}`
  if (hashKey(hashing.fallback, facts) !== undefined)
    return `hash on ${keyWords(hashing.fallback)}, for lack of ${keyWords(hashing.on)}`
  return `round_robin, for lack of ${keyWords([...hashing.on, ...hashing.fallback])}`
}

/**
 * Why a target was taken or not: `waits` is a member of the group whose turn it isn't, `other_group` stands behind a lower one,
 * `no_agent`: no agent of the file may reach it; `unavailable` would be there if it could serve.
 */
export type Standing =
  | 'chosen'
  | 'waits'
  | 'other_group'
  | 'disabled'
  | 'no_weight'
  | 'no_agent'
  | 'unavailable'

export interface Stand {
  readonly standing: Standing
  /** Why it is unavailable, for people; undefined for every other standing. */
  readonly why: string | undefined
}

/** How each target of a pool stands after a choice, in the order of the file. */
export function standings(pool: Pool, state: PoolState, choice: Choice | undefined): readonly Stand[] {
  const { seats } = arrangementOf(state, pool)
  return pool.targets.map((target, index) => {
    const objections = [...(seats[index]?.objections.values() ?? [])]
    const standing = standingOf(target, objections.length === 0, choice)
    return { standing, why: standing === 'unavailable' ? objections.join('; ') : undefined }
  })
}

function standingOf(target: Target, isAvailable: boolean, choice: Choice | undefined): Standing {
  if (!target.enabled) return 'disabled'
  if (target.weight === 0) return 'no_weight'
  if (isOutOfReach(target)) return 'no_agent'
  if (!isAvailable) return 'unavailable'
  if (target === choice?.target) return 'chosen'
  return target.priorityGroup === choice?.group.priority ? 'waits' : 'other_group'
}
