// Choices drawn from a seed: the same seed draws the same choices for ever, so a failing case can be named by a number.

export interface Chance {
  /** A whole number in [0, below). */
  below(below: number): number
  /** True once in so many draws, on average. */
  oneIn(draws: number): boolean
  pick<T>(from: readonly T[]): T
}

/** Mulberry32: small, fast, and good enough to choose test cases. */
export function chance(seed: number): Chance {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    below: below => next() % below,
    oneIn: draws => next() % draws === 0,
    pick(from) {
      const picked = from[next() % from.length]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
  }
}
