// Smooth weighted round robin, as in nginx: every candidate's current weight grows by its weight, the highest is chosen, the first
// written among equals, and pays the sum of all weights.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import { Rota } from './rota.ts'

export class Smooth extends Rota {
  private readonly total: number

  constructor(group: Group, seats: readonly Seat[]) {
    super(group, seats)
    this.total = sumOf(seats)
  }

  next(): number {
    let chosen = 0
    let highest = Number.NEGATIVE_INFINITY
    for (const [place, seat] of this.seats.entries()) {
      const current = seat.current + seat.weight
      if (current <= highest) continue
      highest = current
      chosen = place
    }
    return chosen
  }

  /** Seats that were left out gain nothing. */
  override took(place: number, among: readonly number[] | undefined): void {
    const seats = among === undefined ? this.seats : among.flatMap(one => this.seats[one] ?? [])
    for (const seat of seats) seat.current += seat.weight
    const chosen = this.seats[place]
    if (chosen !== undefined) chosen.current -= among === undefined ? this.total : sumOf(seats)
  }
}

function sumOf(seats: readonly Seat[]): number {
  return seats.reduce((sum, { weight }) => sum + weight, 0)
}
