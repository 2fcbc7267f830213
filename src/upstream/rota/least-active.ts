// The least busy: by the number of active requests, or by that number to the weight.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import { LoadTree } from './load-tree.ts'
import { Rota } from './rota.ts'

/** Those equally little busy take turns: place number `picks mod ties` of them. */
export class LeastActive extends Rota {
  private readonly tree: LoadTree
  private picks: number

  constructor(group: Group, seats: readonly Seat[], before: Rota | undefined) {
    super(group, seats)
    this.tree = new LoadTree(seats, false)
    this.picks = before instanceof LeastActive ? before.picks : 0
  }

  next(): number {
    return this.tree.tie(this.picks % this.tree.ties)
  }

  override took(): void {
    this.picks++
  }

  override changed(place: number): void {
    this.tree.changed(place)
  }
}

/** Among those equally little busy: smooth weighted round robin, in which the others gain and pay nothing. */
export class WeightedLeastActive extends Rota {
  private readonly tree: LoadTree
  private readonly tied: Int32Array
  /** How many `tied` holds; 0 when it has to be found out. */
  private count = 0

  constructor(group: Group, seats: readonly Seat[]) {
    super(group, seats)
    this.tree = new LoadTree(seats, true)
    this.tied = new Int32Array(seats.length)
  }

  next(): number {
    if (this.tree.ties === 1) return this.tree.tie(0)
    this.findTied()
    let chosen = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < this.count; index++) {
      const place = this.tied[index] ?? -1
      const seat = this.seats[place]
      if (seat === undefined || seat.current + seat.weight <= highest) continue
      highest = seat.current + seat.weight
      chosen = place
    }
    return chosen
  }

  override took(place: number): void {
    // Alone it gains what it pays.
    if (this.tree.ties === 1) return
    this.findTied()
    const chosen = this.seats[place]
    if (chosen === undefined || !this.isTied(place)) return
    let total = 0
    for (let index = 0; index < this.count; index++) {
      const seat = this.seats[this.tied[index] ?? -1]
      if (seat === undefined) continue
      seat.current += seat.weight
      total += seat.weight
    }
    chosen.current -= total
  }

  override changed(place: number): void {
    this.tree.changed(place)
    this.count = 0
  }

  private findTied(): void {
    if (this.count === 0) this.count = this.tree.tell(this.tied)
  }

  private isTied(place: number): boolean {
    for (let index = 0; index < this.count; index++) if (this.tied[index] === place) return true
    return false
  }
}
