// Every policy against a plain reading of what it promises: scans and sums, without trees.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answered, commit, release } from '../../../src/upstream/balance.ts'
import { openPoolState, type PoolState, seatOf } from '../../../src/upstream/pool-state.ts'
import { Tournament } from '../../../src/upstream/rota/tournament.ts'
import type { Seat } from '../../../src/upstream/seat.ts'
import { select } from '../../../src/upstream/select.ts'
import type { Pool } from '../../../src/upstream/target.ts'
import { handClock } from '../../support/clock.ts'
import { nameAt, named, next, POLICIES, pool, take, weighted } from '../../support/pools.ts'
import { luck, wishOf } from '../../support/wish.ts'

function begin(state: PoolState, from: Pool, wish = wishOf()): Seat {
  const choice = select(from, state, wish)
  if (choice === undefined) throw new Error('no target')
  return commit(state, choice)
}

/** Makes targets busy with so many requests more, which took nobody's turn. */
function busy(state: PoolState, active: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(active)) {
    const seat = seatOf(state, key)
    seat.active += count
    seat.turns?.changed(seat.place)
  }
}

function share(names: string, name: string): number {
  return (names.split(name).length - 1) / names.length
}

describe('smooth weights', () => {
  /** nginx's arithmetic, one after the other. */
  function scan(weights: readonly number[], times: number): number[] {
    const current = weights.map(() => 0)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return Array.from({ length: times }, () => {
      let best = 0
      for (const [index, weight] of weights.entries()) {
        current[index] = (current[index] ?? 0) + weight
        if ((current[index] ?? 0) > (current[best] ?? 0)) best = index
      }
      current[best] = (current[best] ?? 0) - total
      return best
    })
  }

  function played(weights: readonly number[], times: number): number[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const tournament = new Tournament(
      weights,
      weights.map(() => 0),
    )
    return Array.from({ length: times }, () => {
      const { leader } = tournament
      tournament.pay(leader, total)
      return leader
    })
  }

  it('come out in the order of a scan, whatever the weights', () => {
    const weight = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_000_000 }))
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 40 }), weights => {
        expect(played(weights, 400)).toEqual(scan(weights, 400))
      }),
    )
  })

  it('stay exact when the ticks are counted from 0 again', () => {
    const weights = [1_000_000, 999_999, 3, 1]
    const times = 2 ** 20 + 5_000
    expect(played(weights, times).slice(-10_000)).toEqual(scan(weights, times).slice(-10_000))
  })

  it('3 and 1 give 300 and 100 of 400, exactly', () => {
    const names = take(openPoolState(), pool('weighted_round_robin', weighted(3, 1)), 400)
    expect(share(names, 'a')).toBe(0.75)
    expect(names).toBe('aaba'.repeat(100))
  })

  it('do not make up for an edit of a hundred thousand turns', () => {
    const state = openPoolState()
    take(state, pool('weighted_round_robin', weighted(1_000_000, 1)), 400_000)
    const names = take(state, pool('weighted_round_robin', weighted(1, 1)), 100)
    expect(share(names, 'a')).toBeCloseTo(0.5, 1)
  })

  it('are not pushed aside by who comes and goes', () => {
    const state = openPoolState()
    for (let edit = 0; edit < 200; edit++) {
      const names = edit % 2 === 0 ? named('abc') : named('bc')
      take(state, pool('weighted_round_robin', names), 4)
    }
    const names = take(state, pool('weighted_round_robin', named('abcd')), 40)
    for (const name of 'abcd') expect(share(names, name)).toBeCloseTo(0.25, 1)
  })
})

describe('random', () => {
  it('reaches everybody alike', () => {
    const names = take(
      openPoolState(),
      pool('random', weighted(1, 1000, 5)),
      6_000,
      wishOf({ chance: luck(7) }),
    )
    for (const name of 'abc') expect(share(names, name)).toBeCloseTo(1 / 3, 1)
  })

  it('weighted_random favours the heavy one', () => {
    const chance = luck(7)
    const heavy = take(openPoolState(), pool('weighted_random', weighted(1, 1000)), 500, wishOf({ chance }))
    expect(share(heavy, 'b')).toBeGreaterThan(0.97)
    const names = take(openPoolState(), pool('weighted_random', weighted(1, 2, 5)), 8_000, wishOf({ chance }))
    for (const [index, expected] of [1 / 8, 2 / 8, 5 / 8].entries())
      expect(Math.abs(share(names, nameAt(index)) - expected)).toBeLessThan(0.02)
  })

  it('weighted_random takes the place in whose stretch the fraction falls', () => {
    const at = (fraction: number) =>
      next(
        openPoolState(),
        pool('weighted_random', weighted(1, 2, 1)),
        wishOf({ chance: { clock: handClock(), random: { fraction: () => fraction } } }),
      )
    expect([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map(at).join('')).toBe('aabbcc')
  })
})

describe('least active requests', () => {
  it.each([
    [{ a: 4, b: 1, c: 7 }, 'b'],
    [{ a: 2, b: 2, c: 3 }, 'a'],
    [{ a: 1, b: 0, c: 0 }, 'b'],
  ])('of %j takes %s', (active, expected) => {
    const state = openPoolState()
    const from = pool('least_active_requests', named('abc'))
    busy(state, active)
    expect(next(state, from)).toBe(expected)
  })

  it('those equally busy take turns', () => {
    const state = openPoolState()
    const from = pool('least_active_requests', named('abc'))
    expect(take(state, from, 4)).toBe('abca')
    const seat = begin(state, from)
    expect(seat.key).toBe('b')
    expect(take(state, from, 4)).toBe('caca')
  })

  it('is what a scan says, whoever begins and ends', () => {
    const moves = fc.array(fc.record({ isEnd: fc.boolean(), which: fc.nat(40) }), { maxLength: 80 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), moves, (count, steps) => {
        const from = pool('least_active_requests', weighted(...Array<number>(count).fill(1)))
        const state = openPoolState()
        const active = Array<number>(count).fill(0)
        const open: Seat[] = []
        let picks = 0
        for (const { isEnd, which } of steps) {
          const ending = open[which % Math.max(open.length, 1)]
          if (isEnd && ending !== undefined) {
            open.splice(open.indexOf(ending), 1)
            release(ending)
            active[ending.index] = (active[ending.index] ?? 0) - 1
            continue
          }
          const least = Math.min(...active)
          const tied = [...active.keys()].filter(index => active[index] === least)
          const seat = begin(state, from)
          expect(seat.index).toBe(tied[picks % tied.length])
          open.push(seat)
          active[seat.index] = (active[seat.index] ?? 0) + 1
          picks++
        }
      }),
    )
  })
})

describe('weighted least active requests', () => {
  it('2 requests at weight 1 are more than 5 at weight 10', () => {
    const state = openPoolState()
    busy(state, { a: 2, b: 5 })
    expect(next(state, pool('weighted_least_active_requests', weighted(1, 10)))).toBe('b')
  })

  it('idle, it is smooth weighted round robin', () => {
    const names = take(openPoolState(), pool('weighted_least_active_requests', weighted(5, 1, 1)), 14)
    expect(names).toBe('aabacaaaabacaa')
  })

  it('is what a scan says, whoever begins and ends', () => {
    const moves = fc.array(fc.record({ isEnd: fc.boolean(), which: fc.nat(40) }), { maxLength: 80 })
    const weights = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(1_000_000)), {
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(weights, moves, (of, steps) => {
        const from = pool('weighted_least_active_requests', weighted(...of))
        const state = openPoolState()
        const all = of.map(weight => ({ weight, active: 0, current: 0 }))
        const open: Seat[] = []
        for (const { isEnd, which } of steps) {
          const ending = open[which % Math.max(open.length, 1)]
          if (isEnd && ending !== undefined) {
            open.splice(open.indexOf(ending), 1)
            release(ending)
            const one = all[ending.index]
            if (one !== undefined) one.active--
            continue
          }
          const tied = all.filter(one => all.every(two => one.active * two.weight <= two.active * one.weight))
          for (const one of tied) one.current += one.weight
          const chosen = tied.reduce((best, one) => (one.current > best.current ? one : best))
          chosen.current -= tied.reduce((sum, { weight }) => sum + weight, 0)
          const seat = begin(state, from)
          expect(seat.index).toBe(all.indexOf(chosen))
          open.push(seat)
          chosen.active++
        }
      }),
    )
  })
})

describe('the better of two', () => {
  const drawing = (...fractions: readonly number[]) => {
    const left = [...fractions]
    return wishOf({ chance: { clock: handClock(), random: { fraction: () => left.shift() ?? 0 } } })
  }

  it('is never one against itself, and takes the less busy one for its weight', () => {
    const state = openPoolState()
    const from = pool('power_of_two', weighted(1, 1, 2))
    busy(state, { a: 1, b: 2, c: 3 })
    expect(next(state, from, drawing(0, 0))).toBe('a')
    expect(next(state, from, drawing(0.3, 0))).toBe('a')
    expect(next(state, from, drawing(0.3, 0.99))).toBe('c')
    expect(next(state, from, drawing(0.99, 0.99))).toBe('c')
  })

  it('of equals is the one drawn first', () => {
    const from = pool('power_of_two', weighted(1, 1))
    expect(next(openPoolState(), from, drawing(0.7, 0))).toBe('b')
  })

  it('follows the weights when nobody is busy', () => {
    const names = take(
      openPoolState(),
      pool('power_of_two', weighted(1, 3)),
      4_000,
      wishOf({ chance: luck(3) }),
    )
    expect(Math.abs(share(names, 'b') - 0.75)).toBeLessThan(0.03)
  })
})

describe('peak EWMA', () => {
  const clock = handClock()
  const wish = wishOf({ chance: { ...luck(5), clock } })
  const from = pool('peak_ewma', named('ab'))

  function told(state: PoolState, key: string, time: number): void {
    answered(seatOf(state, key), time, clock.now())
  }

  it('prefers who answers sooner, for the requests it has', () => {
    const state = openPoolState()
    take(state, from, 1, wish)
    told(state, 'a', 10)
    told(state, 'b', 35)
    expect(share(take(state, from, 50, wish), 'a')).toBe(1)
    busy(state, { a: 3 })
    expect(share(take(state, from, 50, wish), 'b')).toBe(1)
  })

  it('rises to a peak at once and comes down with time', () => {
    const state = openPoolState()
    take(state, from, 1, wish)
    told(state, 'a', 10)
    told(state, 'b', 20)
    told(state, 'a', 50)
    expect(share(take(state, from, 50, wish), 'b')).toBe(1)
    clock.wind(10_000)
    told(state, 'b', 19)
    // 50 / e is 18.4; b is at 20 / e + 19 * (1 - 1 / e), which is 19.4.
    expect(seatOf(state, 'b').cost).toBeCloseTo(19.4, 1)
    expect(share(take(state, from, 50, wish), 'a')).toBe(1)
  })

  it('gives one that has never answered a request at a time', () => {
    const state = openPoolState()
    take(state, from, 1, wish)
    told(state, 'a', 10)
    expect(share(take(state, from, 10, wish), 'b')).toBe(1)
    const seat = begin(state, from, wish)
    expect(seat.key).toBe('b')
    expect(share(take(state, from, 10, wish), 'a')).toBe(1)
  })
})

describe('every policy', () => {
  /** What a key decides is tested above. */
  const BY_TURN = POLICIES.filter(policy => policy !== 'hash')

  it.each(BY_TURN)('%s reaches each of a hundred in a while, and one alone', policy => {
    const wish = wishOf({ chance: luck(11) })
    const names = Array.from({ length: 100 }, (_, index) => ({
      id: `t${index}`,
      url: 'x',
      weight: 1 + (index % 3),
    }))
    const state = openPoolState()
    const from = pool(policy, names)
    const seen = new Set(
      Array.from({ length: 3_000 }, () => {
        const seat = begin(state, from, wish)
        release(seat)
        return seat.key
      }),
    )
    expect(seen.size).toBe(100)
    expect(take(openPoolState(), pool(policy, named('a')), 3, wish)).toBe('aaa')
  })

  it.each(BY_TURN)('%s counts what is under way to the end, through edits to any other', policy => {
    const wish = wishOf({ chance: luck(2) })
    const state = openPoolState()
    const open = Array.from({ length: 20 }, () => begin(state, pool(policy, weighted(1, 2, 3)), wish))
    const edits = BY_TURN.map(other => pool(other, weighted(3, 2, 1)))
    for (const edited of edits) take(state, edited, 2, wish)
    const active = (): number[] => ['a', 'b', 'c'].map(key => seatOf(state, key).active)
    expect(active().reduce((sum, one) => sum + one, 0)).toBe(20)
    for (const seat of open) release(seat)
    expect(active()).toEqual([0, 0, 0])
    const last = pool('least_active_requests', named('abc'))
    expect([...take(state, last, 3, wish)].sort().join('')).toBe('abc')
  })
})
