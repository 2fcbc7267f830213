// Tunnels that are cut at the same age again and again: something on the way does that by the clock.

/** So many in a row are no accident. */
const ENOUGH = 3
/** How far each may be from their mean, as a part of it. */
const TOLERANCE = 0.1
/** Milliseconds. Whoever is cut sooner was hardly let in, and that has other causes. */
const YOUNGEST = 3_000

/** The mean of ages that are alike; undefined when they aren't, or are too few. */
function commonAge(ages: readonly number[]): number | undefined {
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length
  const areAlike = ages.every(age => Math.abs(age - mean) <= TOLERANCE * mean)
  return ages.length === ENOUGH && areAlike ? Math.round(mean) : undefined
}

/** State: how old the last sessions were, as far back as all of them were cut. */
export class RegularCuts {
  private ages: readonly number[] = []
  private isTold = false

  /**
   * One more session is over, after `age` milliseconds. `isCut`: neither side meant it to end. Gives the age at which sessions
   * are cut when that has just become plain, and again only after a session that had another end.
   */
  ended(isCut: boolean, age: number): number | undefined {
    this.ages = isCut && age >= YOUNGEST ? [...this.ages, age].slice(-ENOUGH) : []
    const found = commonAge(this.ages)
    const isNews = !this.isTold
    this.isTold = found !== undefined
    return isNews ? found : undefined
  }
}
