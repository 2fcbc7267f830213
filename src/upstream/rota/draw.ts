// Draws places by weight.
import type { Seat } from '../seat.ts'

export class Draw {
  /** By place: its weight and those of all places before it. */
  private readonly sums: Float64Array
  private readonly total: number

  constructor(seats: readonly Seat[]) {
    this.sums = new Float64Array(seats.length)
    let total = 0
    for (const [place, { weight }] of seats.entries()) {
      total += weight
      this.sums[place] = total
    }
    this.total = total
  }

  /** A place, from a fraction in [0, 1). */
  place(fraction: number): number {
    return this.placeOf(fraction * this.total)
  }

  /** Another place than this one, of at least two. */
  placeBeside(place: number, fraction: number): number {
    const before = this.sums[place - 1] ?? 0
    const weight = (this.sums[place] ?? 0) - before
    const drawn = fraction * (this.total - weight)
    return this.placeOf(drawn < before ? drawn : drawn + weight)
  }

  /** The first place whose sum is past a number. */
  private placeOf(drawn: number): number {
    let low = 0
    let high = this.sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.sums[middle] ?? 0) > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}
