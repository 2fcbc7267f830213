// Smooth weighted round robin, as in nginx: every candidate's current weight grows by its weight, the highest is chosen, the first
// written among equals, and pays the sum of all weights.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import { Rota } from './rota.ts'
import { Tournament } from './tournament.ts'

export class Smooth extends Rota {
  private readonly total: number
  private tournament: Tournament

  constructor(group: Group, seats: readonly Seat[]) {
    super(group, seats)
    this.total = seats.reduce((sum, { weight }) => sum + weight, 0)
    this.tournament = over(seats)
  }

  next(): number {
    return this.tournament.leader
  }

  /** Seats that were left out gain nothing. */
  override took(place: number, among: readonly number[] | undefined): void {
    if (among === undefined) {
      this.tournament.pay(place, this.total)
      return
    }
    for (const seat of this.seats) seat.current = this.currentAt(seat.place)
    for (const one of among) this.gain(one, this.weightAt(one))
    this.gain(place, -among.reduce((sum, one) => sum + this.weightAt(one), 0))
    this.tournament = over(this.seats)
  }

  override currentAt(place: number): number {
    return this.tournament.currentOf(place)
  }

  private weightAt(place: number): number {
    return this.seats[place]?.weight ?? 0
  }

  private gain(place: number, weight: number): void {
    const seat = this.seats[place]
    if (seat !== undefined) seat.current += weight
  }
}

function over(seats: readonly Seat[]): Tournament {
  return new Tournament(
    seats.map(({ weight }) => weight),
    seats.map(({ current }) => current),
  )
}
