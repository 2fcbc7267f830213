// What is known of one target's health, and how it changes. It has no timer and no socket: it is told what happened.
// Mutable State. Transitions return what became of it, so that who tells it also tells the log.
import type { Clock } from '../../base/clock.ts'
import type { HealthCheck, PassiveHealth } from './rules.ts'

export type HealthStatus = 'unknown' | 'healthy' | 'unhealthy'

/** What became of a target: the names of its events. */
export type Turn = 'unhealthy' | 'healthy' | 'cooling' | 'recovered'

export class Condition {
  status: HealthStatus
  /** Probes in a row. */
  healthyStreak = 0
  unhealthyStreak = 0
  /** What was wrong last; undefined once a probe was good. */
  why: string | undefined
  /** When it became what it is, or when that began to show: the first bad probe of a streak. Wall time. */
  since: number
  /** On the clock; undefined while it doesn't cool down. */
  coolingUntil: number | undefined
  /** Wall time. */
  coolingSince: number | undefined
  private firstBad = 0
  /** When requests failed, on the clock, the oldest first. */
  private failures: number[] = []
  private readonly clock: Pick<Clock, 'now' | 'wall'>

  constructor(initial: 'unknown' | 'unhealthy', clock: Pick<Clock, 'now' | 'wall'>) {
    this.status = initial
    this.why = initial === 'unhealthy' ? 'no good probe yet' : undefined
    this.clock = clock
    this.since = clock.wall()
  }

  get isAvailable(): boolean {
    return this.status !== 'unhealthy' && this.coolingUntil === undefined
  }

  /** A probe was good. It ends a cool-down, whatever the streak. */
  succeed({ healthyThreshold }: HealthCheck): readonly Turn[] {
    this.healthyStreak++
    this.unhealthyStreak = 0
    if (this.status !== 'unhealthy' || this.healthyStreak >= healthyThreshold) this.why = undefined
    const recovered = this.warmUp()
    if (this.status === 'healthy' || this.healthyStreak < healthyThreshold) return recovered
    this.become('healthy', this.clock.wall())
    return [...recovered, 'healthy']
  }

  /** A probe was bad. */
  fail({ unhealthyThreshold }: HealthCheck, why: string): readonly Turn[] {
    if (this.unhealthyStreak === 0) this.firstBad = this.clock.wall()
    this.unhealthyStreak++
    this.healthyStreak = 0
    this.why = why
    if (this.status === 'unhealthy' || this.unhealthyStreak < unhealthyThreshold) return NOTHING
    this.become('unhealthy', this.firstBad)
    return ['unhealthy']
  }

  /** A request failed. While it cools down nothing counts: what fails then was sent before. */
  requestFailed({ maxFailures, window, cooldown }: PassiveHealth, why: string): readonly Turn[] {
    if (this.coolingUntil !== undefined) return NOTHING
    const now = this.clock.now()
    this.failures = this.failures.filter(time => time > now - window)
    this.failures.push(now)
    this.why = why
    if (this.failures.length < maxFailures) return NOTHING
    this.coolingUntil = now + cooldown
    this.coolingSince = this.clock.wall()
    return ['cooling']
  }

  /** The cool-down is over. */
  warmUp(): readonly Turn[] {
    this.failures = []
    if (this.coolingUntil === undefined) return NOTHING
    this.coolingUntil = undefined
    return ['recovered']
  }

  private become(status: HealthStatus, since: number): void {
    this.status = status
    this.since = since
  }
}

const NOTHING: readonly Turn[] = []
