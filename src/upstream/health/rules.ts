// What decides about a target's health, compiled: how it is asked, and what its failures mean. Milliseconds everywhere.
import type { StatusRange } from '../../base/statuses.ts'
import type { FieldEdits } from '../../http/edits.ts'

/** An active check (design config, `health_check`). */
export interface HealthCheck {
  readonly method: 'GET' | 'HEAD'
  /** Path and query as they go on the wire. */
  readonly path: string
  /** In place of the url's. */
  readonly host: string | undefined
  /** The target's fields with the check's over them. */
  readonly requestEdits: FieldEdits | undefined
  /** From the end of one probe to the next. */
  readonly interval: number
  /** From the start of the connection to the end of the answer. */
  readonly timeout: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  readonly expected: readonly StatusRange[]
  readonly initial: 'unknown' | 'unhealthy'
}

/** What failed requests mean (design config, `passive_health`). */
export interface PassiveHealth {
  /** So many within `window` begin a cool-down. */
  readonly maxFailures: number
  readonly window: number
  readonly cooldown: number
  /** Answers that count as failures. */
  readonly statuses: readonly StatusRange[]
}

/** At least one of the two is there. */
export interface HealthRules {
  /** What State knows the target's health by: pool, target, and a hash of url and check; with another one it is unknown again. */
  readonly identity: string
  readonly check: HealthCheck | undefined
  readonly passive: PassiveHealth | undefined
}
