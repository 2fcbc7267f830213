// Who of many is least busy, and how many are equally so: a tree over the places in which every node knows its least busy seat.
// A change costs the logarithm of the number of seats.
import type { Seat } from '../seat.ts'

/** Fewer than one in so many are looked up one by one. */
const FEW = 8

export class LoadTree {
  private readonly seats: readonly Seat[]
  private readonly isWeighted: boolean
  /** A power of two: the leaves of the tree are the nodes from here on. */
  private readonly leaves: number
  /** By node, 1 the root: the first place of those least busy, -1 for nobody, and how many they are. */
  private readonly least: Int32Array
  private readonly count: Int32Array

  /** Weighted: by active requests to the weight; otherwise by their number alone. */
  constructor(seats: readonly Seat[], isWeighted: boolean) {
    this.seats = seats
    this.isWeighted = isWeighted
    this.leaves = 2 ** Math.ceil(Math.log2(Math.max(seats.length, 1)))
    this.least = new Int32Array(2 * this.leaves).fill(-1)
    this.count = new Int32Array(2 * this.leaves)
    for (let place = 0; place < seats.length; place++) {
      this.least[this.leaves + place] = place
      this.count[this.leaves + place] = 1
    }
    for (let node = this.leaves - 1; node > 0; node--) this.compare(node)
  }

  /** How many are least busy. */
  get ties(): number {
    return this.count[1] ?? 0
  }

  /** The place of one of those least busy, numbered from 0 in the order of the places. */
  tie(number: number): number {
    let node = 1
    let left = number
    while (node < this.leaves) {
      node *= 2
      const before = this.isLeast(node) ? (this.count[node] ?? 0) : 0
      if (left >= before) {
        left -= before
        node++
      }
    }
    return this.least[node] ?? -1
  }

  /** Writes the places of those least busy, in their order; returns how many. A few are looked up, many are found on the way. */
  tell(into: Int32Array): number {
    const { ties, seats } = this
    if (ties * FEW < seats.length) {
      for (let number = 0; number < ties; number++) into[number] = this.tie(number)
      return ties
    }
    const least = this.least[1] ?? -1
    let told = 0
    for (let place = 0; place < seats.length; place++)
      if (this.excess(place, least) === 0) into[told++] = place
    return told
  }

  /** The number of active requests at this place has changed. */
  changed(place: number): void {
    for (let node = (this.leaves + place) >> 1; node > 0; node >>= 1) this.compare(node)
  }

  /** Whether somebody below a node is as little busy as anybody. */
  private isLeast(node: number): boolean {
    const place = this.least[node] ?? -1
    return place >= 0 && this.excess(place, this.least[1] ?? -1) === 0
  }

  private compare(node: number): void {
    const a = this.least[2 * node] ?? -1
    const b = this.least[2 * node + 1] ?? -1
    const excess = b < 0 ? -1 : this.excess(a, b)
    this.least[node] = excess <= 0 ? a : b
    const counts = this.count
    this.count[node] =
      (excess <= 0 ? (counts[2 * node] ?? 0) : 0) + (excess >= 0 ? (counts[2 * node + 1] ?? 0) : 0)
  }

  /** How much busier a is than b: multiplied crosswise, which is exact. */
  private excess(a: number, b: number): number {
    const one = this.seats[a]
    const other = this.seats[b]
    if (one === undefined || other === undefined) return 0
    if (!this.isWeighted) return one.active - other.active
    return one.active * other.weight - other.active * one.weight
  }
}
