// Who may be chosen: targets that can't serve, groups behind others, and targets that an exchange has been to.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commit, release } from '../../../src/upstream/balance.ts'
import { openPoolState, type PoolState, seatOf, setAvailable } from '../../../src/upstream/pool-state.ts'
import { select, standings } from '../../../src/upstream/select.ts'
import type { Pool } from '../../../src/upstream/target.ts'
import { named, next, pool, take, weighted } from '../../support/pools.ts'
import { wishOf } from '../../support/wish.ts'

const off = (state: PoolState, key: string, who = 'test'): void => setAvailable(state, key, who, 'it is off')
const on = (state: PoolState, key: string, who = 'test'): void => setAvailable(state, key, who, undefined)

function passing(state: PoolState, from: Pool, names: string): string {
  const tried = from.targets.filter(({ name }) => names.includes(name))
  return next(state, from, wishOf({ tried }))
}

describe('a target that is unavailable', () => {
  const from = pool('round_robin', named('abc'))

  it('is left out, and comes back where the rotation stands', () => {
    const state = openPoolState()
    expect(take(state, from, 1)).toBe('a')
    off(state, 'b')
    expect(take(state, from, 3)).toBe('cac')
    on(state, 'b')
    expect(take(state, from, 4)).toBe('abca')
  })

  it('is known before the first request', () => {
    const state = openPoolState()
    off(state, 'a')
    expect(take(state, from, 3)).toBe('bcb')
  })

  it('is available again only when nobody objects any more', () => {
    const state = openPoolState()
    off(state, 'a', 'one')
    off(state, 'a', 'other')
    off(state, 'a', 'one')
    on(state, 'a', 'one')
    expect(take(state, from, 3)).toBe('bcb')
    on(state, 'a', 'other')
    on(state, 'a', 'other')
    expect(take(state, from, 3)).toBe('cab')
  })

  it('stays so through an edit, for what it is busy with too', () => {
    const state = openPoolState()
    const choice = select(from, state, wishOf())
    if (choice === undefined) throw new Error('no target')
    const seat = commit(state, choice)
    off(state, 'a')
    const edited = pool('round_robin', named('cad'))
    expect(take(state, edited, 3)).toBe('cdc')
    expect(seatOf(state, 'a')).toBe(seat)
    release(seat)
    expect(seat.active).toBe(0)
    on(state, 'a')
    expect(take(state, edited, 3)).toBe('dca')
  })

  it('that the file no longer names is forgotten', () => {
    const state = openPoolState()
    take(state, from, 1)
    off(state, 'b')
    take(state, pool('round_robin', named('ac')), 1)
    expect(take(state, pool('round_robin', named('abc')), 2)).toBe('ab')
  })

  it('is told with the reason of everybody who objects', () => {
    const state = openPoolState()
    setAvailable(state, 'a', 'x', 'no answer')
    setAvailable(state, 'a', 'y', 'resting')
    expect(standings(from, state, select(from, state, wishOf()))).toEqual([
      { standing: 'unavailable', why: 'no answer; resting' },
      { standing: 'chosen', why: undefined },
      { standing: 'waits', why: undefined },
    ])
  })

  it('gains no weight meanwhile, and loses none', () => {
    const from = pool('weighted_round_robin', weighted(3, 1))
    const state = openPoolState()
    expect(take(state, from, 2)).toBe('aa')
    off(state, 'b')
    expect(take(state, from, 5)).toBe('aaaaa')
    on(state, 'b')
    expect(take(state, from, 6)).toBe('baaaba')
  })
})

describe('groups', () => {
  const from = pool('round_robin', [
    ...named('ab', { priority_group: 1 }),
    ...named('cd', { priority_group: 2 }),
    ...named('e', { priority_group: 3 }),
  ])

  it('serve in their order, each when all before it are unavailable', () => {
    const state = openPoolState()
    off(state, 'a')
    expect(take(state, from, 2)).toBe('bb')
    off(state, 'b')
    expect(take(state, from, 3)).toBe('cdc')
    off(state, 'c')
    off(state, 'd')
    expect(take(state, from, 2)).toBe('ee')
    off(state, 'e')
    expect(take(state, from, 1)).toBe('-')
    on(state, 'd')
    expect(take(state, from, 2)).toBe('dd')
    on(state, 'a')
    expect(take(state, from, 2)).toBe('aa')
    expect(standings(from, state, select(from, state, wishOf())).map(({ standing }) => standing)).toEqual([
      'chosen',
      'unavailable',
      'unavailable',
      'other_group',
      'unavailable',
    ])
  })
})

describe('an exchange that has tried a target', () => {
  const from = pool('round_robin', [...named('ab'), ...named('c', { priority_group: 1 })])

  it('goes to another of the group, then to the next group, then anywhere', () => {
    const state = openPoolState()
    expect(passing(state, from, 'a')).toBe('b')
    expect(passing(state, from, 'b')).toBe('a')
    expect(passing(state, from, 'ab')).toBe('c')
    expect(passing(state, from, 'abc')).toBe('a')
    off(state, 'b')
    expect(passing(state, from, 'a')).toBe('c')
    off(state, 'c')
    expect(passing(state, from, 'a')).toBe('a')
    off(state, 'a')
    expect(passing(state, from, 'a')).toBe('-')
  })

  it('takes no turn of those it passes over', () => {
    const even = pool('weighted_round_robin', weighted(1, 1, 1))
    const state = openPoolState()
    const tried = even.targets.filter(({ name }) => name === 'a')
    expect(take(state, even, 1)).toBe('a')
    expect(take(state, even, 1, wishOf({ tried }))).toBe('b')
    expect(take(state, even, 4)).toBe('cbca')
  })

  it('may choose from the pool it started with, and moves nobody then', () => {
    const state = openPoolState()
    take(state, from, 1)
    const edited = pool('round_robin', named('bd'))
    expect(take(state, edited, 1)).toBe('b')
    const choice = select(from, state, wishOf({ tried: from.targets.slice(0, 1) }))
    if (choice === undefined) throw new Error('no target')
    expect(choice.target.name).toBe('b')
    const seat = commit(state, choice)
    expect(seatOf(state, 'b').active).toBe(1)
    release(seat)
    expect(take(state, edited, 2)).toBe('db')
  })
})

it('whatever becomes unavailable: only the lowest group with an available target is chosen from', () => {
  const targets = fc.array(fc.record({ group: fc.nat(2), weight: fc.nat(2) }), { minLength: 1, maxLength: 6 })
  const events = fc.array(fc.record({ at: fc.nat(5), who: fc.constantFrom('x', 'y'), isOff: fc.boolean() }))
  fc.assert(
    fc.property(
      targets,
      events,
      fc.constantFrom('round_robin', 'weighted_round_robin'),
      (words, told, policy) => {
        const from = pool(
          policy,
          words.map(({ group, weight }, index) => ({
            id: `t${index}`,
            url: 'x',
            priority_group: group,
            weight,
          })),
        )
        const state = openPoolState()
        const objections = new Set<string>()
        for (const { at, who, isOff } of told) {
          setAvailable(state, `t${at}`, who, isOff ? 'off' : undefined)
          if (isOff) objections.add(`t${at} ${who}`)
          else objections.delete(`t${at} ${who}`)
          const can = from.targets.filter(
            ({ key, weight }) => weight > 0 && !objections.has(`${key} x`) && !objections.has(`${key} y`),
          )
          const lowest = Math.min(...can.map(({ priorityGroup }) => priorityGroup))
          const chosen = select(from, state, wishOf())
          if (chosen === undefined) expect(can).toEqual([])
          else {
            expect(can.filter(({ priorityGroup }) => priorityGroup === lowest)).toContain(chosen.target)
            release(commit(state, chosen))
          }
        }
      },
    ),
  )
})
