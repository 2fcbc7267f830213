// Left to chance: anybody, anybody by weight, or the better of two drawn by weight.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import type { Wish } from '../wish.ts'
import { Draw } from './draw.ts'
import { Rota } from './rota.ts'

export class Uniform extends Rota {
  next({ random }: Wish): number {
    return Math.floor(random.fraction() * this.seats.length)
  }
}

export class Weighted extends Rota {
  private readonly draw: Draw

  constructor(group: Group, seats: readonly Seat[]) {
    super(group, seats)
    this.draw = new Draw(seats)
  }

  next({ random }: Wish): number {
    return this.draw.place(random.fraction())
  }
}

/** Two seats are drawn by weight, and the one with less load is taken, the first among equals. */
export abstract class Better extends Rota {
  private readonly draw: Draw

  constructor(group: Group, seats: readonly Seat[]) {
    super(group, seats)
    this.draw = new Draw(seats)
  }

  next(wish: Wish): number {
    const one = this.draw.place(wish.random.fraction())
    if (this.seats.length === 1) return one
    const other = this.draw.placeBeside(one, wish.random.fraction())
    const a = this.seats[one]
    const b = this.seats[other]
    return a !== undefined && b !== undefined && this.load(b, wish) * a.weight < this.load(a, wish) * b.weight
      ? other
      : one
  }

  /** What a seat has to bear; it is compared to the weight. */
  protected abstract load(seat: Seat, wish: Wish): number
}

/** By active requests (as nginx's `random two least_conn`). */
export class PowerOfTwo extends Better {
  protected load({ active }: Seat): number {
    return active
  }
}
