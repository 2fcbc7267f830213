// A turn that goes round the places of a group.
import type { Seat } from '../seat.ts'

export class Rotation {
  /** The place that is next. */
  turn: number
  private readonly seats: readonly Seat[]

  /** Goes on where `before` stood: at the seat that would have been next, or the first after it that is still there. */
  constructor(seats: readonly Seat[], before: Rotation | undefined) {
    this.seats = seats
    this.turn = before?.turnIn(seats) ?? 0
  }

  /** The seat at this place has had its turn. */
  passed(place: number): void {
    this.turn = place + 1 === this.seats.length ? 0 : place + 1
  }

  private turnIn(seats: readonly Seat[]): number {
    const places = new Map(seats.map(({ key }, place) => [key, place]))
    for (let step = 0; step < this.seats.length; step++) {
      const seat = this.seats[(this.turn + step) % this.seats.length]
      const place = seat === undefined ? undefined : places.get(seat.key)
      if (place !== undefined) return place
    }
    return 0
  }
}
