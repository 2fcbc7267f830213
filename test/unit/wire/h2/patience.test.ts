import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startWheel, TICK } from '../../../../src/net/wheel.ts'
import { Patience, type Waiting } from '../../../../src/wire/h2/patience.ts'
import { handClock } from '../../../support/clock.ts'

function scene() {
  const clock = handClock()
  const wheel = startWheel(clock)
  const all = new Set<Waiting & { readonly at: number[] }>()
  const patience = new Patience({ list: () => [...all] }, wheel)
  const add = () => {
    const at: number[] = []
    const one = { due: Number.POSITIVE_INFINITY, at, expired: () => void at.push(clock.now()) }
    all.add(one)
    return one
  }
  return { clock, all, patience, add }
}

describe('the patience of a connection', () => {
  it('ends once for each that is silent, not early and two ticks late at most', () => {
    const { clock, patience, add } = scene()
    const [slow, quick] = [add(), add()]
    patience.arm(slow, 60_000)
    patience.arm(quick, 1_000)
    clock.wind(1_000)
    expect(quick.at).toEqual([])
    clock.wind(2 * TICK)
    expect(quick.at).toHaveLength(1)
    expect(slow.at).toEqual([])
    clock.wind(60_000)
    expect(slow.at).toHaveLength(1)
    clock.wind(120_000)
    expect([quick.at, slow.at].map(({ length }) => length)).toEqual([1, 1])
  })

  it('is renewed by a number, and forgets who is gone', () => {
    const { clock, all, patience, add } = scene()
    const [kept, put, gone] = [add(), add(), add()]
    for (const one of [kept, put, gone]) patience.arm(one, 1_000)
    all.delete(gone)
    put.due = Number.POSITIVE_INFINITY
    for (let step = 0; step < 20; step++) {
      patience.arm(kept, 1_000)
      clock.wind(500)
    }
    expect([kept.at, put.at, gone.at]).toEqual([[], [], []])
    clock.wind(1_500)
    expect(kept.at).toHaveLength(1)
  })

  it('expires everybody in time, in whatever order they begin to wait', () => {
    const waits = fc.array(fc.record({ after: fc.nat(5_000), ms: fc.integer({ min: 100, max: 90_000 }) }), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(waits, list => {
        const { clock, patience, add } = scene()
        const dues: [number, { readonly at: number[] }][] = []
        for (const { after, ms } of list) {
          clock.wind(after)
          const one = add()
          patience.arm(one, ms)
          dues.push([clock.now() + ms, one])
        }
        clock.wind(200_000)
        for (const [due, one] of dues) {
          expect(one.at).toHaveLength(1)
          expect(one.at[0]).toBeGreaterThanOrEqual(due)
          expect(one.at[0]).toBeLessThanOrEqual(due + 3 * TICK)
        }
      }),
      { numRuns: 50 },
    )
  })
})
