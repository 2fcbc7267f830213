// One exchange that waits for a connection.
import type { Failure } from '../base/failure.ts'
import type { OriginSide } from '../wire/origin-side.ts'

/** A connection that is being made, or waited for, on behalf of an exchange. */
export interface Dialed {
  /** It isn't wanted any more; nobody is called. */
  abort(): void
}

/** Called once, later: with the origin's side, or with why there is none. */
export type Connected = (...outcome: [OriginSide, undefined] | [undefined, Failure]) => void

/** Stays the exchange's own while it is moved: into a line, out of it, from a connection without room for it to the next. */
export class Place implements Dialed {
  readonly connected: Connected
  private way: Dialed | undefined

  constructor(connected: Connected) {
    this.connected = connected
  }

  /** From now on its connection comes this way. */
  at(way: Dialed): void {
    this.way = way
  }

  abort(): void {
    this.way?.abort()
  }
}
