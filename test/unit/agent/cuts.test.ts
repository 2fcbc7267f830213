import { describe, expect, it } from 'vitest'
import { RegularCuts } from '../../../src/agent/cuts.ts'

/** What is told at each end: of cut sessions by their ages, and of one with another end for `undefined`. */
function told(...ends: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const cuts = new RegularCuts()
  return ends.map(age => cuts.ended(age !== undefined, age ?? 60_000))
}

const nothing = undefined

describe('sessions that are cut', () => {
  it.each([
    ['three times at the same age', [60_000, 60_000, 60_000], [nothing, nothing, 60_000]],
    ['at ages a tenth around their mean', [54_000, 60_000, 66_000], [nothing, nothing, 60_000]],
    ['after other ages before', [4_000, 90_000, 60_000, 61_000, 59_000], [...Array(4), 60_000]],
  ])('%s are told of', (_, ages, expected) => {
    expect(told(...ages)).toEqual(expected)
  })

  it.each([
    ['twice', [60_000, 60_000]],
    ['at ages further apart', [53_000, 60_000, 67_000]],
    ['within three seconds', [2_999, 2_999, 2_999]],
    ['with another end in between', [60_000, 60_000, nothing, 60_000, 60_000]],
  ])('%s are not', (_, ages) => {
    expect(told(...ages).every(age => age === undefined)).toBe(true)
  })

  it('are told of once while it goes on, and again after another end', () => {
    const same = [60_000, 60_000, 60_000]
    const once = [nothing, nothing, 60_000]
    const quiet = [nothing, nothing, nothing]
    expect(told(...same, ...same)).toEqual([...once, ...quiet])
    expect(told(...same, nothing, ...same)).toEqual([...once, nothing, ...once])
    expect(told(...same, 5_000, ...same)).toEqual([...once, nothing, ...once])
  })
})
