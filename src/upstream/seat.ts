// What is remembered of one target; it follows the target's key, wherever the target stands in the file.
// Mutable State: a class with fixed fields, read and written on every request.

/** Who takes turns over a seat while its target is available. */
export interface Turns {
  /** A request goes to the seat at this place; `among`: the places it was chosen from, when some were left out. */
  took(place: number, among: readonly number[] | undefined): void
  /** The number of active requests of the seat at this place has changed. */
  changed(place: number): void
  /** The head of a response came after so many milliseconds, at a time of the clock. */
  answered(place: number, time: number, now: number): void
  /** The current weight of the seat at this place. */
  currentAt(place: number): number
}

export class Seat {
  readonly key: string
  /** The current weight of smooth weighted round robin; who takes turns over the seat may keep a newer one. */
  current = 0
  /** Requests between the choice of the target and the end of their exchange. */
  active = 0
  /** What peak EWMA has measured, in milliseconds, and when; 0: nothing yet. */
  cost = 0
  costAt = 0
  /** Who says that the target can't serve, and why (`cool_down`: `3 failures within 30s`). Empty: it is available. */
  readonly objections: Map<string, string> = new Map()
  /** The target's index and weight in the pool that the seat stands in. */
  index = -1
  weight = 0
  /** Where the seat takes turns, and its place there; undefined while the target can't be chosen. */
  turns: Turns | undefined
  place = -1

  constructor(key: string) {
    this.key = key
  }

  get isAvailable(): boolean {
    return this.objections.size === 0
  }

  /** Takes no more turns; what was kept for it comes back. */
  rest(): void {
    if (this.turns !== undefined) this.current = this.turns.currentAt(this.place)
    this.turns = undefined
  }

  /** The same memory apart, to try something out on. */
  copy(): Seat {
    const copy = new Seat(this.key)
    copy.current = this.turns?.currentAt(this.place) ?? this.current
    copy.active = this.active
    copy.cost = this.cost
    copy.costAt = this.costAt
    copy.index = this.index
    copy.weight = this.weight
    for (const [who, why] of this.objections) copy.objections.set(who, why)
    return copy
  }
}
