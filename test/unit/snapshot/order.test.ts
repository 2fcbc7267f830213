import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortSteps } from '../../../src/snapshot/order.ts'
import { finish } from '../../support/routes.ts'

it('sorting in steps is sorting, and stable', () => {
  const item = fc.record({ key: fc.nat(20), place: fc.nat() })
  fc.assert(
    fc.property(fc.array(item, { maxLength: 3000, size: 'max' }), items => {
      const compare = (a: { key: number }, b: { key: number }) => a.key - b.key
      expect(finish(sortSteps(items, compare))).toEqual(items.toSorted(compare))
    }),
    { numRuns: 30 },
  )
})

it('sorting 20,000 items pauses often', () => {
  const items = Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 20_000)
  const steps = sortSteps(items, (a, b) => a - b)
  let pauses = 0
  while (!steps.next().done) pauses++
  expect(pauses).toBeGreaterThan(80)
})
