// Exchanges that wait for a connection because their target has as many as it may have: first come, first served.
// Mutable State: one per target with `max_connections`, and empty unless they are all in use.
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Place } from './place.ts'

/** Exchanges that may wait at one target; the next one is refused at once. Envoy's `max_pending_requests` is the same. */
const MAX_WAITING = 1024

/** RFC 9209 2.3.12. */
const LIMIT_REACHED: Failure = {
  code: 'connection_limit_reached',
  side: 'origin',
  detail: 'max_connections',
}

export class WaitingLine {
  /** In the order in which they came; each with what ends its patience. */
  private waiting = new Map<Place, Timer | undefined>()
  private readonly clock: Clock
  private readonly patience: number

  /** `patience`: how long one waits at the most, in milliseconds; 0 for ever. */
  constructor(clock: Clock, patience: number) {
    this.clock = clock
    this.patience = patience
  }

  get size(): number {
    return this.waiting.size
  }

  /** Stands at the end until it is called, leaves, or has waited for too long; where nobody fits in, it is refused in the next turn. */
  join(place: Place): void {
    if (this.waiting.size < MAX_WAITING) {
      this.add(place)
      return
    }
    const refusal = this.clock.after(0, () => place.connected(undefined, LIMIT_REACHED))
    place.at({ abort: () => refusal.cancel() })
  }

  /** Stand at the front, in their order: they came before everybody who is here. */
  rejoin(places: readonly Place[]): void {
    const others = this.waiting
    this.waiting = new Map()
    for (const place of places) this.add(place)
    for (const [place, timer] of others) this.waiting.set(place, timer)
  }

  /** The one who has waited longest, and waits no more. */
  next(): Place | undefined {
    for (const place of this.waiting.keys()) {
      this.remove(place)
      return place
    }
    return undefined
  }

  private add(place: Place): void {
    const timer = this.patience === 0 ? undefined : this.clock.after(this.patience, () => this.giveUp(place))
    this.waiting.set(place, timer)
    place.at({ abort: () => this.remove(place) })
  }

  private remove(place: Place): void {
    this.waiting.get(place)?.cancel()
    this.waiting.delete(place)
  }

  private giveUp(place: Place): void {
    this.waiting.delete(place)
    place.connected(undefined, LIMIT_REACHED)
  }
}
