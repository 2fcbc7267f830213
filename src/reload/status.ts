// How the last load ended and what runs since when, for whoever asks.
import type { Plan } from '../snapshot/plan.ts'
import type { Finding } from './finding.ts'

/** Why a load was made: the process starts, files changed, or a person asked (SIGHUP). */
export type Cause = 'start' | 'change' | 'request'

interface Ended {
  readonly cause: Cause
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds from the first look to the end. */
  readonly took: number
  /** Errors, or the warnings of a config that is fine. */
  readonly findings: readonly Finding[]
}

export type LoadResult = Ended &
  (
    | { readonly kind: 'applied'; readonly plan: Plan }
    /** Read again, and it means what runs. */
    | { readonly kind: 'unchanged' }
    /** Wrong, or the system refused it (a port is taken); what ran before goes on. */
    | { readonly kind: 'rejected' }
    /** Our fault. */
    | { readonly kind: 'failed'; readonly error: unknown }
  )

export interface ReloadStatus {
  /** Counts what became live; 0 before the first. */
  readonly generation: number
  /** The revision that runs, and since when (milliseconds since 1970). */
  readonly revision: string | undefined
  readonly appliedAt: number | undefined
  /** Hash of the content of every source file, as applied and as last looked at. */
  readonly appliedSource: string | undefined
  readonly source: string | undefined
  readonly last: LoadResult | undefined
  /** How many loads have ended so. */
  readonly counts: Readonly<Record<LoadResult['kind'], number>>
}
