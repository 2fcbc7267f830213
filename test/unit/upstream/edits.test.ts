// What a pool remembers through edits at random (design engine, "Reload"): active counts, smooth weights, whose turn it is, who owns
// which keys and cookies. Only what changed moves.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commit, release } from '../../../src/upstream/balance.ts'
import { openPoolState, seatOf } from '../../../src/upstream/pool-state.ts'
import type { Seat } from '../../../src/upstream/seat.ts'
import { select } from '../../../src/upstream/select.ts'
import { Tokens } from '../../../src/upstream/sticky.ts'
import type { LoadBalancing, Pool } from '../../../src/upstream/target.ts'
import { named, next, POLICIES, pool } from '../../support/pools.ts'
import { luck, wishOf } from '../../support/wish.ts'

interface Version {
  readonly policy: LoadBalancing
  readonly targets: readonly {
    readonly id: string
    readonly weight: number
    readonly priority_group: number
  }[]
}

const version: fc.Arbitrary<Version> = fc.record({
  policy: fc.constantFrom(...POLICIES),
  targets: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...'abcdefgh'),
      weight: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(1_000_000)),
      priority_group: fc.nat(1),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
  ),
})

function made({ policy, targets }: Version): Pool {
  const words = targets.map(target => ({ ...target, url: 'http://x' }))
  const sticky = { enabled: true, cookie: 'c', ttl: '0s' }
  return pool(policy, words, { hash_on: ['query:k'], sticky })
}

function tokensOf(from: Pool): Tokens {
  if (from.sticky === undefined) throw new Error('not sticky')
  return new Tokens(from, from.sticky, Buffer.alloc(32))
}

it('active requests are counted to the last, whatever the file becomes meanwhile', () => {
  const step = fc.record({ version, begins: fc.nat(6), ends: fc.nat(6) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), steps => {
      const state = openPoolState()
      const open: { readonly seat: Seat; readonly key: string }[] = []
      const wish = wishOf({ chance: luck(4) })
      for (const { version: words, begins, ends } of steps) {
        const from = made(words)
        for (let n = 0; n < begins; n++) {
          const choice = select(from, state, wish)
          if (choice !== undefined) open.push({ seat: commit(state, choice), key: choice.target.key })
        }
        for (const { seat } of open.splice(0, ends)) release(seat)
        for (const { seat } of open) expect(seat.active).toBe(open.filter(one => one.seat === seat).length)
      }
      for (const { seat } of open) release(seat)
      for (const { seat } of open) expect(seat.active).toBe(0)
    }),
  )
})

it('smooth weights stay in bounds: nobody is owed more than two rounds, and all together nothing', () => {
  const weights = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(1_000_000)), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(weights, fc.nat(40)), { minLength: 1, maxLength: 8 }), versions => {
      const state = openPoolState()
      for (const [list, picks] of versions) {
        const from = pool(
          'weighted_round_robin',
          list.map((weight, index) => ({ id: `t${index}`, url: 'x', weight })),
        )
        for (let n = 0; n < picks; n++) {
          const choice = select(from, state, wishOf())
          if (choice !== undefined) release(commit(state, choice))
        }
        const seats =
          state.arrangement?.pool === from ? from.targets.map(({ key }) => seatOf(state, key)) : []
        const currents = seats.map(seat => seat.turns?.currentAt(seat.place) ?? 0)
        const total = list.reduce((sum, weight) => sum + weight, 0)
        for (const current of currents)
          expect(Math.abs(current)).toBeLessThanOrEqual(2 * (total + list.length))
        expect(Math.abs(currents.reduce((sum, one) => sum + one, 0))).toBeLessThan(2 * list.length)
      }
    }),
  )
})

it('an edit elsewhere in the pool changes nobody’s next turns', () => {
  fc.assert(
    fc.property(version, fc.nat(30), ({ policy, targets }, turns) => {
      fc.pre(
        policy !== 'random' &&
          policy !== 'weighted_random' &&
          policy !== 'power_of_two' &&
          policy !== 'peak_ewma',
      )
      const own = targets.map(target => ({ ...target, priority_group: 0 }))
      const extra = { id: 'z', weight: 7, priority_group: 5 }
      const one = openPoolState()
      const two = openPoolState()
      const go = (state: typeof one, from: Pool, count: number): string => {
        let names = ''
        for (let n = 0; n < count; n++) {
          const choice = select(from, state, wishOf())
          names += choice?.target.name ?? '-'
          if (choice !== undefined) release(commit(state, choice))
        }
        return names
      }
      // Weights of 0 apart, nobody but the spare is in the other group.
      fc.pre(own.some(({ weight }) => weight > 0))
      go(one, made({ policy, targets: own }), turns)
      go(two, made({ policy, targets: own }), turns)
      expect(go(two, made({ policy, targets: [...own, extra] }), 12)).toBe(
        go(one, made({ policy, targets: own }), 12),
      )
    }),
  )
})

it('keys move only from who left and to who came, and cookies not at all', () => {
  const names = fc.subarray([...'abcdefgh'], { minLength: 1 })
  fc.assert(
    fc.property(names, names, (before, after) => {
      const state = openPoolState()
      const old = made({ policy: 'hash', targets: before.map(id => ({ id, weight: 1, priority_group: 0 })) })
      const edited = made({
        policy: 'hash',
        targets: after.map(id => ({ id, weight: 1, priority_group: 0 })),
      })
      const owners = (from: Pool) =>
        Array.from({ length: 60 }, (_, key) => next(state, from, wishOf({ target: `/?k=${key}` })))
      const first = owners(old)
      for (const [key, now] of owners(edited).entries()) {
        const was = first[key] ?? ''
        expect(now === was || !after.includes(was) || !before.includes(now)).toBe(true)
      }
      for (const target of old.targets) {
        const [, value] = /^c=([^;]*)/.exec(tokensOf(old).cookieFor(target, false, undefined)) ?? []
        expect(tokensOf(edited).targetOf(value)?.key).toBe(
          after.includes(target.key) ? target.key : undefined,
        )
      }
    }),
    { numRuns: 40 },
  )
})

it('round robin goes on at whoever would have been next', () => {
  const names = fc.subarray([...'abcdef'], { minLength: 1 })
  fc.assert(
    fc.property(names, names, fc.nat(20), (before, after, turns) => {
      const state = openPoolState()
      const old = pool('round_robin', named(before.join('')))
      for (let n = 0; n < turns; n++) {
        const choice = select(old, state, wishOf())
        if (choice !== undefined) release(commit(state, choice))
      }
      const at = turns % before.length
      const order = turns === 0 ? [] : [...before.slice(at), ...before.slice(0, at)]
      const expected = order.find(name => after.includes(name)) ?? after[0]
      expect(next(state, pool('round_robin', named(after.join(''))))).toBe(expected)
    }),
  )
})
