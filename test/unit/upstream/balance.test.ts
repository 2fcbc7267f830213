import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openKeep } from '../../../src/state/keep.ts'
import { commit, release } from '../../../src/upstream/balance.ts'
import { openPoolState, poolStateIdentity, seatOf } from '../../../src/upstream/pool-state.ts'
import { select, standings } from '../../../src/upstream/select.ts'
import { named, pool, take, weighted } from '../../support/pools.ts'
import { wishOf } from '../../support/wish.ts'

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
    const state = openPoolState()
    take(state, pool('round_robin', named(before)), turns)
    expect(take(state, pool('round_robin', named(after)), 3)).toBe(expected)
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
      const first = select(from, state, wishOf())
      expect(select(from, state, wishOf())?.target).toBe(first?.target)
      const edited = pool(policy, weighted(2, 3, 4))
      expect(select(edited, state, wishOf())?.target.key).toBe(select(edited, state, wishOf())?.target.key)
      expect(select(from, state, wishOf())?.target).toBe(first?.target)
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
        const choice = select(make(after), state, wishOf())
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
    const stands = standings(from, state, select(from, state, wishOf()))
    expect(stands.map(({ standing }) => standing)).toEqual(['other_group', 'disabled', 'chosen', 'no_weight'])
  })

  it('without any target chooses none', () => {
    const from = pool('round_robin', [{ id: 'a', url: 'http://x', enabled: false }])
    expect(select(from, openPoolState(), wishOf())).toBeUndefined()
    expect(standings(from, openPoolState(), undefined)).toEqual([{ standing: 'disabled', why: undefined }])
  })

  it('tells who waits for a turn', () => {
    const from = pool('weighted_round_robin', weighted(1, 1))
    const state = openPoolState()
    const stands = standings(from, state, select(from, state, wishOf()))
    expect(stands.map(({ standing }) => standing)).toEqual(['chosen', 'waits'])
  })
})

describe('active requests', () => {
  it('are counted from commit to release, and follow the target through an edit', () => {
    const from = pool('round_robin', weighted(1, 1))
    const state = openPoolState()
    const taken = [1, 2, 3].map(() => {
      const choice = select(from, state, wishOf())
      if (choice === undefined) throw new Error('no target')
      return commit(state, choice)
    })
    const edited = pool('round_robin', weighted(1, 1).toReversed())
    take(state, edited, 1)
    const active = () => ['a', 'b'].map(key => seatOf(state, key).active)
    expect(active()).toEqual([2, 1])
    for (const seat of taken) release(seat)
    expect(active()).toEqual([0, 0])
  })
})

it("a pool's memory is kept by its id, whatever it holds", () => {
  const keep = openKeep()
  const before = keep.at(poolStateIdentity(pool('round_robin', weighted(1))), openPoolState)
  expect(keep.at(poolStateIdentity(pool('weighted_round_robin', weighted(1, 2))), openPoolState)).toBe(before)
})
