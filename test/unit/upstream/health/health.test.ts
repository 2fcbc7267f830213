import { describe, expect, it } from 'vitest'
import type { Fields, Log } from '../../../../src/observe/log.ts'
import { compileHealth, type HealthLayer } from '../../../../src/upstream/health/compile.ts'
import { Health, type HealthParts } from '../../../../src/upstream/health/health.ts'
import type { HealthRules } from '../../../../src/upstream/health/rules.ts'
import { readOrigin } from '../../../../src/upstream/origin.ts'
import type { ProxyTarget } from '../../../../src/upstream/target.ts'
import { type HandClock, handClock } from '../../../support/clock.ts'

const RESET = { code: 'connection_terminated', side: 'origin', detail: 'ECONNRESET' } as const

function rulesOf(
  check: HealthLayer['health_check'],
  passive: HealthLayer['passive_health'] = {},
): HealthRules {
  const layer = { health_check: check, passive_health: passive }
  const rules = compileHealth('main', 'a', readOrigin('http://a'), [], [layer])
  if (rules === undefined) throw new Error('no rules')
  return rules
}

interface Scene {
  readonly clock: HandClock
  readonly health: Health
  /** Probes begun, on the clock. */
  readonly begun: number[]
  /** Ends the probe under way. */
  answer(why?: string): void
  /** What whoever chooses targets was told last; `''` for available. */
  readonly objection: () => string
  readonly events: string[]
  readonly cancelled: () => number
  follow(rules: HealthRules): void
}

function scene(rules: HealthRules, luck = 0.5): Scene {
  const clock = handClock()
  const begun: number[] = []
  const events: string[] = []
  const objections = new Map<string, string>()
  let pending: ((why: string | undefined) => void) | undefined
  let cancelled = 0
  const tell = (level: string) => (event: string, fields?: Fields) => {
    events.push(`${level} ${event} ${fields?.['reason']}`)
  }
  const parts: HealthParts = {
    clock,
    random: { id: () => '', fraction: () => luck },
    log: Object.fromEntries(
      ['trace', 'debug', 'info', 'warn', 'error'].map(l => [l, tell(l)]),
    ) as unknown as Log,
    probe(_target, _check, done) {
      if (pending !== undefined) throw new Error('probes pile up')
      begun.push(clock.now())
      pending = done
      return {
        cancel() {
          cancelled++
          pending = undefined
        },
      }
    },
  }
  const health = new Health(rules, parts)
  const follow = (next: HealthRules): void =>
    health.follow(
      {
        poolId: 'main',
        target: { name: 'a', health: next } as ProxyTarget,
        objection: (who, why) => (why === undefined ? objections.delete(who) : objections.set(who, why)),
      },
      next,
    )
  follow(rules)
  return {
    clock,
    health,
    begun,
    answer(why) {
      const done = pending
      pending = undefined
      if (done === undefined) throw new Error('no probe is under way')
      done(why)
    },
    objection: () => [...objections.values()].join(),
    events,
    cancelled: () => cancelled,
    follow,
  }
}

const ON = rulesOf({ enabled: true })

describe('probes', () => {
  it('begin somewhere within the interval, and come an interval after the one before has ended', () => {
    const { clock, begun, answer } = scene(ON, 0.25)
    clock.wind(2_499)
    expect(begun).toEqual([])
    clock.wind(1_501)
    expect(begun).toEqual([2_500])
    answer()
    clock.wind(10_000)
    expect(begun).toEqual([2_500, 14_000])
  })

  it('never pile up: while one hangs there is no other', () => {
    const { clock, begun } = scene(ON)
    clock.wind(3_600_000)
    expect(begun).toEqual([5_000])
  })

  it('eject and bring back, and the log says so', () => {
    const { clock, answer, objection, events } = scene(ON)
    for (const why of [undefined, undefined, 'answered 500', 'answered 503']) {
      clock.wind(10_000)
      answer(why)
    }
    expect(objection()).toBe('unhealthy: answered 503')
    for (const why of [undefined, undefined]) {
      expect(objection()).not.toBe('')
      clock.wind(10_000)
      answer(why)
    }
    expect(objection()).toBe('')
    expect(events).toEqual([
      'info target/healthy a probe was good',
      'warn target/unhealthy answered 503',
      'info target/healthy a probe was good',
    ])
  })

  it('that are given up count for nothing', () => {
    const { clock, health, cancelled, objection } = scene(rulesOf({ enabled: true, unhealthy_threshold: 1 }))
    clock.wind(5_000)
    health[Symbol.dispose]()
    clock.wind(60_000)
    expect(cancelled()).toBe(1)
    expect(clock.pending).toBe(0)
    expect(health.condition.unhealthyStreak).toBe(0)
    expect(objection()).toBe('')
  })

  it('go on through a reload that keeps the health', () => {
    const { clock, begun, answer, follow, cancelled } = scene(ON)
    clock.wind(5_000)
    follow(ON)
    expect(cancelled()).toBe(0)
    answer()
    follow(ON)
    clock.wind(10_000)
    expect(begun).toEqual([5_000, 15_000])
  })

  it('are none where no check is enabled', () => {
    const { clock, begun } = scene(rulesOf({}, { enabled: true }))
    clock.wind(60_000)
    expect(begun).toEqual([])
  })

  it('have to show that a target is well where it is taken for unhealthy', () => {
    const { clock, answer, objection } = scene(rulesOf({ enabled: true, initial: 'unhealthy' }))
    expect(objection()).toBe('unhealthy: no good probe yet')
    clock.wind(5_000)
    answer()
    clock.wind(10_000)
    answer()
    expect(objection()).toBe('')
  })
})

describe('requests that fail', () => {
  it('cool a target down, for as long as the rules say', () => {
    const { clock, health, objection, events } = scene(rulesOf({}, { enabled: true, cooldown: '5s' }))
    health.requestFailed(RESET, false)
    expect(objection()).toBe('cools down until 2026-11-20T00:00:05.000Z: connection_terminated: ECONNRESET')
    clock.wind(4_999)
    expect(objection()).not.toBe('')
    clock.wind(1)
    expect(objection()).toBe('')
    expect(events).toEqual([
      'warn target/cooling connection_terminated: ECONNRESET',
      'info target/recovered the cool-down is over',
    ])
  })

  it('count for nothing unless somebody asked for it', () => {
    const { health, objection } = scene(rulesOf({ enabled: true }, { enabled: false }))
    health.requestFailed(RESET, false)
    expect(objection()).toBe('')
  })

  it('count for nothing when a kept connection was closed under them, or the target was never asked', () => {
    const { health, objection } = scene(ON)
    health.requestFailed(RESET, true)
    health.requestFailed({ ...RESET, code: 'agent_disconnected' }, true)
    health.requestFailed({ ...RESET, code: 'connection_limit_reached' }, false)
    health.requestFailed({ ...RESET, code: 'http_upgrade_failed' }, false)
    expect(objection()).toBe('')
    health.requestFailed({ ...RESET, code: 'http_response_timeout' }, true)
    expect(objection()).not.toBe('')
  })

  it('may be answered: with a status that counts', () => {
    const { health, objection } = scene(rulesOf({ enabled: true }, { statuses: ['502-504', '429'] }))
    for (const status of [200, 404, 500, 501, 505]) health.answered(status)
    expect(objection()).toBe('')
    health.answered(503)
    expect(objection()).toContain('answered 503')
  })

  it('are forgiven by a good probe', () => {
    const { clock, health, answer, objection, events } = scene(ON)
    health.requestFailed(RESET, false)
    clock.wind(5_000)
    answer('answered 500')
    expect(objection()).not.toBe('')
    clock.wind(10_000)
    answer()
    expect(objection()).toBe('')
    clock.wind(15_000)
    expect(events.filter(event => event.includes('recovered'))).toEqual([
      'info target/recovered a probe was good',
    ])
  })

  it('mean nothing any more once passive_health is off', () => {
    const { clock, health, objection, follow, events } = scene(ON)
    health.requestFailed(RESET, false)
    follow(rulesOf({ enabled: true }, { enabled: false }))
    expect(objection()).toBe('')
    clock.wind(30_000)
    expect(events.at(-1)).toBe('info target/recovered passive_health is off')
  })

  it('keep a target cooling through a reload', () => {
    const { clock, health, objection, follow } = scene(ON)
    health.requestFailed(RESET, false)
    clock.wind(4_000)
    follow(ON)
    expect(objection()).toContain('cools down until 2026-11-20T00:00:30.000Z')
  })
})

describe('the next chance', () => {
  it('is the next probe, or the end of the cool-down, whichever comes first', () => {
    const { clock, health, answer } = scene(ON, 0.9)
    expect(health.untilChance()).toBe(9_000)
    health.requestFailed(RESET, false)
    clock.wind(4_000)
    expect(health.untilChance()).toBe(5_000)
    clock.wind(5_000)
    expect(health.untilChance()).toBe(0)
    answer('answered 500')
    expect(health.untilChance()).toBe(10_000)
    expect(health.wallTime(health.nextProbeAt)).toBe(Date.UTC(2026, 10, 20) + 19_000)
  })

  it('is the end of a cool-down where there are no probes, and none at all otherwise', () => {
    const { clock, health } = scene(rulesOf({}, { enabled: true }))
    expect(health.untilChance()).toBeUndefined()
    health.requestFailed(RESET, false)
    clock.wind(1_000)
    expect(health.untilChance()).toBe(29_000)
  })
})
