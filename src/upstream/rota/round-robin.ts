// Round robin: one after the other, whatever the weights.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import { Rota } from './rota.ts'

export class RoundRobin extends Rota {
  /** The place that is next. */
  private turn: number

  /** Goes on where `before` stood: at the seat that would have been next, or the first after it that is still there. */
  constructor(group: Group, seats: readonly Seat[], before: Rota | undefined) {
    super(group, seats)
    this.turn = before instanceof RoundRobin ? before.goOnIn(seats) : 0
  }

  next(): number {
    return this.turn
  }

  override took(place: number): void {
    this.turn = place + 1 === this.seats.length ? 0 : place + 1
  }

  private goOnIn(seats: readonly Seat[]): number {
    const places = new Map(seats.map(({ key }, place) => [key, place]))
    for (let step = 0; step < this.seats.length; step++) {
      const seat = this.seats[(this.turn + step) % this.seats.length]
      const place = seat === undefined ? undefined : places.get(seat.key)
      if (place !== undefined) return place
    }
    return 0
  }
}
