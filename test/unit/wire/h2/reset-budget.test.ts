import { describe, expect, it } from 'vitest'
import { ResetBudget } from '../../../../src/wire/h2/reset-budget.ts'

/** How many are granted in a row at one moment. */
function takeAll(budget: ResetBudget, now: number): number {
  let taken = 0
  while (budget.take(now)) taken++
  return taken
}

describe('ResetBudget', () => {
  it('bears two hundred at once, and no more', () => {
    const budget = new ResetBudget(5000)
    expect(takeAll(budget, 5000)).toBe(200)
    expect(budget.take(5000)).toBe(false)
  })

  it('bears twenty a second after that, and never saves up more than it began with', () => {
    const budget = new ResetBudget(0)
    takeAll(budget, 0)
    expect(takeAll(budget, 1000)).toBe(20)
    expect(takeAll(budget, 1049)).toBe(0)
    expect(takeAll(budget, 1050)).toBe(1)
    expect(takeAll(budget, 3_600_000)).toBe(200)
  })

  it('bears ten a second for ever', () => {
    const budget = new ResetBudget(0)
    for (let n = 0; n < 10_000; n++) expect(budget.take(n * 100)).toBe(true)
  })
})
