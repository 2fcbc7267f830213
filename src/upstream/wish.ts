// What the choice of a target may depend on, beside the pool and its memory. A decision is one itself, so nothing is made for it.
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Facts } from '../http/facts.ts'
import type { Target } from './target.ts'

/** What makes two equal requests differ. */
export interface Chance {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'fraction'>
}

export interface Wish extends Chance {
  /** Of the request: hash keys and cookies are read from them by the policies that want them. */
  readonly facts: Facts
  /** The target that the request belongs to by its cookie: chosen as long as it is available in the group that serves. */
  readonly wanted: Target | undefined
  /** Targets that this exchange has been to: not chosen again while another is available. */
  readonly tried: readonly Target[]
}
