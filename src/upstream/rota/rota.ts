// Whose turn it is among the available members of one group: a policy with its memory. One class a policy.
// Mutable State: made anew when who is available changes, never searched for it while a request waits.
import type { Seat, Turns } from '../seat.ts'
import type { Group } from '../target.ts'
import type { Wish } from '../wish.ts'

export abstract class Rota implements Turns {
  readonly group: Group
  /** Of the available members, in the order of the file. */
  readonly seats: readonly Seat[]

  /** Whether what `next` said last was a turn, and not what the request itself asked for. */
  wasTurn = true

  constructor(group: Group, seats: readonly Seat[]) {
    this.group = group
    this.seats = seats
    for (const [place, seat] of seats.entries()) {
      seat.turns = this
      seat.place = place
    }
  }

  /** The place of who is next, of at least one. Only reads. */
  abstract next(wish: Wish): number

  /**
   * A request goes to the seat at this place, whether or not it was next. `among`: the places it was chosen from, when those that
   * the exchange had tried were left out.
   */
  took(_place: number, _among: readonly number[] | undefined): void {}

  changed(_place: number): void {}

  answered(_place: number, _time: number, _now: number): void {}

  currentAt(place: number): number {
    return this.seats[place]?.current ?? 0
  }
}
