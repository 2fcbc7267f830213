// What a decision says: an answer of our own, or where to forward. The engine carries it out, explain prints it.
import type { Answer } from '../http/answer.ts'
import type { Forward, Route } from '../snapshot/snapshot.ts'
import type { Healths } from '../upstream/health/retry-after.ts'
import type { Tokens } from '../upstream/sticky.ts'
import type { Pools, Taking } from '../upstream/take.ts'
import type { Leg, Pool, Target } from '../upstream/target.ts'

/** The State that a decision reads: a pool's memory by its compiled pool, and what is known of targets' health. */
export interface Memory {
  readonly pools: Pools
  readonly health: Healths
  /** Of sticky pools; without them nobody is known. */
  readonly tokens?: { get(pool: Pool): Tokens | undefined }
}

export interface AnswerVerdict {
  readonly kind: 'answer'
  /** Why is in `answer.reason`. */
  readonly answer: Answer
  readonly route: Route | undefined
  /** The static target whose answer it is, and its turn to be applied; undefined for every other answer. */
  readonly target: Target | undefined
  readonly taking: Taking | undefined
}

export interface ForwardVerdict {
  readonly kind: 'forward'
  readonly route: Route
  readonly forward: Forward
  readonly leg: Leg
  readonly taking: Taking
}

export type Verdict = AnswerVerdict | ForwardVerdict
