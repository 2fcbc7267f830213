import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openKeep } from '../../../src/state/keep.ts'
import { commit, release } from '../../../src/upstream/balance.ts'
import { compilePool } from '../../../src/upstream/compile.ts'
import { openPoolState, type PoolState, poolStateIdentity, seatOf } from '../../../src/upstream/pool-state.ts'
import { select, standings } from '../../../src/upstream/select.ts'
import type { LoadBalancing, Pool } from '../../../src/upstream/target.ts'
import { configOf, type TargetWords } from '../../support/config.ts'

function pool(load_balancing: LoadBalancing, targets: readonly TargetWords[]): Pool {
  const { main: written } = configOf({ upstreams: { main: { load_balancing, targets } } }).upstreams
  if (written === undefined) throw new Error('no pool')
  return compilePool(
    { ...written, id: 'main', name: 'main', at: '/upstreams/main', hash: '' },
    undefined,
    new Map(),
    new Map(),
  )
}

/** Targets `a`, `b`, ... with these weights. */
function weighted(...weights: readonly number[]): readonly TargetWords[] {
  return weights.map((weight, index) => ({ id: String.fromCharCode(97 + index), url: 'http://x', weight }))
}

function take(state: PoolState, from: Pool, times: number): string {
  let names = ''
  for (let n = 0; n < times; n++) {
    const choice = select(from, state)
    if (choice === undefined) return `${names}-`
    release(commit(state, choice))
    names += choice.target.name
  }
  return names
}

describe('round robin', () => {
  it('takes turns in the order of the file, whatever the weights', () => {
    expect(take(openPoolState(), pool('round_robin', weighted(9, 1, 5)), 7)).toBe('abcabca')
  })

  it.each([
    ['a target that is not next goes', 'abc', 1, 'bc', 'bcb'],
    ['the next target goes', 'abc', 1, 'ac', 'cac'],
    ['a target comes in front', 'ab', 1, 'zab', 'bza'],
    ['they change places', 'abc', 2, 'cba', 'cba'],
    ['everybody is new', 'ab', 1, 'xyz', 'xyz'],
    ['all but one go and come back', 'abc', 2, 'c', 'ccc'],
  ])('goes on where it stood when %s', (_, before, turns, after, expected) => {
    const named = (names: string) =>
      pool(
        'round_robin',
        [...names].map(id => ({ id, url: 'http://x' })),
      )
    const state = openPoolState()
    take(state, named(before), turns)
    expect(take(state, named(after), 3)).toBe(expected)
  })
})

describe('weighted round robin', () => {
  it.each([
    [[3, 1], 8, 'aabaaaba'],
    [[5, 1, 1], 7, 'aabacaa'],
    [[1, 1, 1], 6, 'abcabc'],
    [[100, 100], 4, 'abab'],
    [[2, 0, 1], 3, 'aca'],
    [[0, 0], 1, '-'],
  ])('of weights %j is smooth', (weights, times, expected) => {
    expect(take(openPoolState(), pool('weighted_round_robin', weighted(...weights)), times)).toBe(expected)
  })

  it('gives each target exactly its share in every round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 }), weights => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const state = openPoolState()
        const from = pool('weighted_round_robin', weighted(...weights))
        for (let round = 0; round < 3; round++) {
          const names = take(state, from, total)
          expect(weights.map((_, index) => names.split(String.fromCharCode(97 + index)).length - 1)).toEqual(
            weights,
          )
        }
      }),
    )
  })

  it('keeps the current weights of targets that stay through an edit', () => {
    const state = openPoolState()
    expect(take(state, pool('weighted_round_robin', weighted(3, 1)), 2)).toBe('aa')
    const edited = pool('weighted_round_robin', [
      ...weighted(3, 1),
      { id: 'z', url: 'http://z', priority_group: 7 },
    ])
    expect(take(state, edited, 6)).toBe('baaaba')
  })

  it('does not jump to a target because it came back', () => {
    const state = openPoolState()
    take(state, pool('weighted_round_robin', weighted(1, 1)), 5)
    take(state, pool('weighted_round_robin', weighted(1)), 1_000)
    expect(take(state, pool('weighted_round_robin', weighted(1, 1)), 6).split('b')).toHaveLength(4)
  })
})

describe('choosing', () => {
  it('only reads: the same choice again until it is committed', () => {
    for (const policy of ['round_robin', 'weighted_round_robin'] as const) {
      const from = pool(policy, weighted(2, 3))
      const state = openPoolState()
      take(state, from, 3)
      const first = select(from, state)
      expect(select(from, state)?.target).toBe(first?.target)
      const edited = pool(policy, weighted(2, 3, 4))
      expect(select(edited, state)?.target.key).toBe(select(edited, state)?.target.key)
      expect(select(from, state)?.target).toBe(first?.target)
    }
  })

  it('says the same before and after the memory has followed an edit', () => {
    const names = fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 })
    const policy = fc.constantFrom('round_robin' as const, 'weighted_round_robin' as const)
    fc.assert(
      fc.property(policy, names, names, fc.nat(9), (balancing, before, after, turns) => {
        const make = (ids: readonly string[]) =>
          pool(
            balancing,
            ids.map((id, index) => ({ id, url: 'http://x', weight: index + 1 })),
          )
        const state = openPoolState()
        take(state, make(before), turns)
        const choice = select(make(after), state)
        expect(take(state, make(after), 1)).toBe(choice?.target.name)
      }),
    )
  })

  it('stays in the lowest group that has a member', () => {
    const from = pool('round_robin', [
      { id: 'c', url: 'http://x', priority_group: 2 },
      { id: 'b', url: 'http://x', priority_group: 1, enabled: false },
      { id: 'a', url: 'http://x', priority_group: 1 },
      { id: 'd', url: 'http://x', priority_group: 1, weight: 0 },
    ])
    const state = openPoolState()
    expect(take(state, from, 3)).toBe('aaa')
    expect(standings(from, select(from, state))).toEqual(['other_group', 'disabled', 'chosen', 'no_weight'])
  })

  it('without any target chooses none', () => {
    const from = pool('round_robin', [{ id: 'a', url: 'http://x', enabled: false }])
    expect(select(from, openPoolState())).toBeUndefined()
    expect(standings(from, undefined)).toEqual(['disabled'])
  })

  it('tells who waits for a turn', () => {
    const from = pool('weighted_round_robin', weighted(1, 1))
    expect(standings(from, select(from, openPoolState()))).toEqual(['chosen', 'waits'])
  })
})

describe('active requests', () => {
  it('are counted from commit to release, and follow the target through an edit', () => {
    const from = pool('round_robin', weighted(1, 1))
    const state = openPoolState()
    const taken = [1, 2, 3].map(() => {
      const choice = select(from, state)
      if (choice === undefined) throw new Error('no target')
      return commit(state, choice)
    })
    const edited = pool('round_robin', weighted(1, 1).toReversed())
    take(state, edited, 1)
    const active = (index: number) => {
      const target = edited.targets[index]
      return target === undefined ? undefined : seatOf(state, edited, target)?.active
    }
    expect([active(0), active(1)]).toEqual([1, 2])
    for (const seat of taken) release(seat)
    expect([active(0), active(1)]).toEqual([0, 0])
  })
})

it("a pool's memory is kept by its id, whatever it holds", () => {
  const keep = openKeep()
  const before = keep.at(poolStateIdentity(pool('round_robin', weighted(1))), openPoolState)
  expect(keep.at(poolStateIdentity(pool('weighted_round_robin', weighted(1, 2))), openPoolState)).toBe(before)
})
