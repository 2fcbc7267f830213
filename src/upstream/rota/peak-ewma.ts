// Peak EWMA: two are drawn by weight, and the one whose answers are quicker to come, for the requests it has, is taken.
// The measure is Finagle's (com.twitter.finagle.loadbalancer.PeakEwma), which linkerd took over:
// - The cost of a seat is an average over the time until a response's head, in which what is old counts less: after t ms without
//   news the cost is cost * e^(-t / DECAY). A time above the cost becomes the cost at once (the peak); one below it moves the cost to
//   cost * w + time * (1 - w), with w = e^(-t / DECAY) for the t ms since the last one.
// - The load is cost * (active + 1). A seat that has never answered costs nothing, but with a request under way its load is
//   PENALTY + active, so that it gets one at a time until it has answered.
import type { Seat } from '../seat.ts'
import type { Wish } from '../wish.ts'
import { Better } from './chance.ts'

/** Milliseconds; Finagle's default. */
const DECAY = 10_000
/** More than any time until a head. */
const PENALTY = 1e9

export class PeakEwma extends Better {
  protected load(seat: Seat, { clock }: Wish): number {
    const cost = seat.cost * Math.exp((seat.costAt - clock.now()) / DECAY)
    return seat.cost === 0 && seat.active > 0 ? PENALTY + seat.active : cost * (seat.active + 1)
  }

  override answered(place: number, time: number, now: number): void {
    const seat = this.seats[place]
    if (seat === undefined) return
    const share = Math.exp((seat.costAt - now) / DECAY)
    seat.cost = time > seat.cost ? time : seat.cost * share + time * (1 - share)
    seat.costAt = now
  }
}
