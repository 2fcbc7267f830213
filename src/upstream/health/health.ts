// One target under watch: probes one after another, cool-downs that end by themselves, and who is told of a change.
// Mutable State, in the Keep while id, url and check are the same.
import type { Clock, Timer } from '../../base/clock.ts'
import { type Failure, isLost } from '../../base/failure.ts'
import type { Random } from '../../base/random.ts'
import type { ReasonCode } from '../../base/reason.ts'
import { hasStatus } from '../../base/statuses.ts'
import type { Log } from '../../observe/log.ts'
import type { ProxyTarget } from '../target.ts'
import { Condition, type Turn } from './condition.ts'
import type { HealthCheck, HealthRules } from './rules.ts'

/** A probe under way. */
export interface Probing {
  /** Gives it up; nobody is called. */
  cancel(): void
}

/** Asks a target once; calls `done` once, later, with what was wrong, or undefined when nothing was. */
export type StartProbe = (
  target: ProxyTarget,
  check: HealthCheck,
  done: (why: string | undefined) => void,
) => Probing

export interface HealthParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly probe: StartProbe
}

/** The target as the running config has it. */
export interface Watched {
  readonly poolId: string
  readonly target: ProxyTarget
  /** Hears whether `who` objects to requests for the target, and why, for people; undefined takes it back. */
  objection(who: string, why: string | undefined): void
}

/** Failures that say nothing about a target: it answered, or it was never asked. */
const INNOCENT: ReadonlySet<ReasonCode> = new Set([
  'http_upgrade_failed',
  'connection_limit_reached',
  'agent_capacity',
  'agent_dial_forbidden',
])

export class Health implements Disposable {
  readonly condition: Condition
  /** On the clock; undefined while a probe is under way, or where there is no check. */
  nextProbeAt: number | undefined
  private watched: Watched | undefined
  private rules: HealthRules
  private timer: Timer | undefined
  private probing: Probing | undefined
  private coolDown: Timer | undefined
  private isOver = false
  private readonly parts: HealthParts

  constructor(rules: HealthRules, parts: HealthParts) {
    this.rules = rules
    this.parts = parts
    this.condition = new Condition(rules.check?.initial ?? 'unknown', parts.clock)
  }

  /** The running config has the target so from now on; the first time, its probes begin. Whoever chooses targets hears how it stands. */
  follow(watched: Watched, rules: HealthRules): void {
    const isFirst = this.watched === undefined
    this.watched = watched
    this.rules = rules
    if (rules.passive === undefined) this.warmUp('passive_health is off')
    this.tellStanding()
    if (isFirst && rules.check !== undefined) this.plan(this.parts.random.fraction() * rules.check.interval)
  }

  /**
   * A request failed before the head of its response, and not because its visitor left. A connection that was kept and breaks
   * before a byte of the response says only that it was kept too long.
   */
  requestFailed(failure: Failure, wasKept: boolean): void {
    if (INNOCENT.has(failure.code) || (wasKept && isLost(failure))) return
    this.countFailure(`${failure.code}: ${failure.detail}`)
  }

  /** A request was answered: some answers count as failures. */
  answered(status: number): void {
    const statuses = this.rules.passive?.statuses
    if (statuses !== undefined && statuses.length > 0 && hasStatus(statuses, status))
      this.countFailure(`answered ${status}`)
  }

  /** Milliseconds until it may be available again; undefined when nothing would make it so. */
  untilChance(): number | undefined {
    const now = this.parts.clock.now()
    const probe = this.probing === undefined ? this.nextProbeAt : now
    const end = this.condition.status === 'unhealthy' ? undefined : this.condition.coolingUntil
    if (probe === undefined && end === undefined) return undefined
    return Math.max(0, Math.min(probe ?? Number.POSITIVE_INFINITY, end ?? Number.POSITIVE_INFINITY) - now)
  }

  /** A moment on the clock as wall time. */
  wallTime(at: number | undefined): number | undefined {
    const { clock } = this.parts
    return at === undefined ? undefined : Math.round(clock.wall() + at - clock.now())
  }

  /** The config no longer has it. A probe under way counts for nothing. */
  [Symbol.dispose](): void {
    this.isOver = true
    this.timer?.cancel()
    this.probing?.cancel()
    this.coolDown?.cancel()
    if (!this.condition.isAvailable) this.watched?.objection(this.rules.identity, undefined)
  }

  private plan(ms: number): void {
    this.nextProbeAt = this.parts.clock.now() + ms
    this.timer = this.parts.clock.after(ms, () => this.probe())
  }

  private probe(): void {
    const { watched } = this
    const { check } = this.rules
    if (watched === undefined || check === undefined) return
    this.nextProbeAt = undefined
    this.probing = this.parts.probe(watched.target, check, why => {
      this.probing = undefined
      this.plan(check.interval)
      if (why === undefined) this.good(check)
      else this.report(this.condition.fail(check, why), why)
    })
  }

  private good(check: HealthCheck): void {
    this.coolDown?.cancel()
    this.report(this.condition.succeed(check), 'a probe was good')
  }

  private countFailure(why: string): void {
    const { passive } = this.rules
    if (passive === undefined || this.isOver) return
    const turns = this.condition.requestFailed(passive, why)
    if (turns.length === 0) return
    this.coolDown = this.parts.clock.after(passive.cooldown, () => this.warmUp('the cool-down is over'))
    this.report(turns, why)
  }

  private warmUp(why: string): void {
    this.coolDown?.cancel()
    this.report(this.condition.warmUp(), why)
  }

  /** Tells the log, and whoever chooses targets. */
  private report(turns: readonly Turn[], reason: string): void {
    if (this.watched === undefined || turns.length === 0) return
    const { poolId, target } = this.watched
    const { coolingSince, since } = this.condition
    for (const turn of turns) {
      const began = turn === 'cooling' || turn === 'recovered' ? coolingSince : since
      const level = turn === 'unhealthy' || turn === 'cooling' ? 'warn' : 'info'
      this.parts.log[level](`target/${turn}`, {
        pool: poolId,
        target: target.name,
        reason,
        since: new Date(began ?? 0).toISOString(),
      })
    }
    this.tellStanding()
  }

  private tellStanding(): void {
    const { isAvailable, status, coolingUntil, why } = this.condition
    const state = status === 'unhealthy' ? 'unhealthy' : `cools down until ${this.iso(coolingUntil)}`
    this.watched?.objection(this.rules.identity, isAvailable ? undefined : `${state}: ${why}`)
  }

  private iso(at: number | undefined): string {
    return new Date(this.wallTime(at) ?? 0).toISOString()
  }
}
