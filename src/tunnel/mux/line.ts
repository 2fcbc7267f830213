// Those who wait for their turn, first come first served. Nobody stands in two lines, or twice in one.
// Mutable on purpose: it moves with every frame that is sent.

/** Who can stand in a line. */
export interface Waiting<T> {
  behind: T | undefined
  isWaiting: boolean
}

export class Line<T extends Waiting<T>> {
  length = 0
  private first: T | undefined
  private last: T | undefined

  /** Joins at the end. Who stands in a line already stays where they are. */
  join(one: T): void {
    if (one.isWaiting) return
    one.isWaiting = true
    if (this.last === undefined) this.first = one
    else this.last.behind = one
    this.last = one
    this.length++
  }

  /** Whose turn it is; they stand in no line any more. */
  next(): T | undefined {
    const { first } = this
    if (first === undefined) return undefined
    this.first = first.behind
    if (this.first === undefined) this.last = undefined
    first.behind = undefined
    first.isWaiting = false
    this.length--
    return first
  }
}
