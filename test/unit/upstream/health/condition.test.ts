import { describe, expect, it } from 'vitest'
import { Condition } from '../../../../src/upstream/health/condition.ts'
import type { HealthCheck, PassiveHealth } from '../../../../src/upstream/health/rules.ts'
import { type HandClock, handClock } from '../../../support/clock.ts'

const CHECK: HealthCheck = {
  method: 'GET',
  path: '/',
  host: undefined,
  requestEdits: undefined,
  interval: 10_000,
  timeout: 2_000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  expected: [[200, 399]],
  initial: 'unknown',
}
const PASSIVE: PassiveHealth = { maxFailures: 3, window: 10_000, cooldown: 30_000, statuses: [] }

/** Applies words one after another, a second apart: `+` a good probe, `-` a bad one, `x` a failed request, `o` the end of a cool-down. */
function play(words: string, initial: 'unknown' | 'unhealthy' = 'unknown') {
  const clock: HandClock = handClock()
  const condition = new Condition(initial, clock)
  const turns = [...words].flatMap(word => {
    clock.wind(1000)
    if (word === '+') return condition.succeed(CHECK)
    if (word === '-') return condition.fail(CHECK, 'answered 500')
    if (word === 'x') return condition.requestFailed(PASSIVE, 'reset')
    return condition.warmUp()
  })
  return { condition, turns: turns.join(' ') }
}

describe('a condition', () => {
  it.each([
    ['', 'unknown', true, ''],
    ['-', 'unknown', true, ''],
    ['--', 'unknown', true, ''],
    ['---', 'unhealthy', false, 'unhealthy'],
    ['----', 'unhealthy', false, 'unhealthy'],
    ['+', 'unknown', true, ''],
    ['++', 'healthy', true, 'healthy'],
    ['+++', 'healthy', true, 'healthy'],
    ['++--', 'healthy', true, 'healthy'],
    ['++--+-', 'healthy', true, 'healthy'],
    ['++---', 'unhealthy', false, 'healthy unhealthy'],
    ['---+', 'unhealthy', false, 'unhealthy'],
    ['---+-+', 'unhealthy', false, 'unhealthy'],
    ['---++', 'healthy', true, 'unhealthy healthy'],
    ['--+--+--', 'unknown', true, ''],
  ])('after "%s" is %s, available %s: %s', (words, status, isAvailable, turns) => {
    const played = play(words)
    expect(played.condition.status).toBe(status)
    expect(played.condition.isAvailable).toBe(isAvailable)
    expect(played.turns).toBe(turns)
  })

  it('may begin unhealthy: it takes the threshold of good probes to be available', () => {
    expect(play('', 'unhealthy').condition.isAvailable).toBe(false)
    expect(play('+', 'unhealthy').condition.isAvailable).toBe(false)
    expect(play('++', 'unhealthy').condition.isAvailable).toBe(true)
    expect(play('---', 'unhealthy').turns).toBe('')
  })

  it.each([
    ['xx', true, ''],
    ['xxx', false, 'cooling'],
    ['xxxxx', false, 'cooling'],
    ['xxxo', true, 'cooling recovered'],
    ['xxxoxx', true, 'cooling recovered'],
    ['xxxoxxx', false, 'cooling recovered cooling'],
    ['xxx+', true, 'cooling recovered'],
    ['xx+x', true, ''],
    ['xxx-', false, 'cooling'],
    ['xxx---', false, 'cooling unhealthy'],
    ['xxx---o', false, 'cooling unhealthy recovered'],
    ['xxx---++', true, 'cooling unhealthy recovered healthy'],
    ['o', true, ''],
  ])('with requests that fail, after "%s" is available %s: %s', (words, isAvailable, turns) => {
    const played = play(words)
    expect(played.condition.isAvailable).toBe(isAvailable)
    expect(played.turns).toBe(turns)
  })

  it('forgets failures that are older than the window', () => {
    const clock = handClock()
    const condition = new Condition('unknown', clock)
    for (let n = 0; n < 20; n++) {
      expect(condition.requestFailed(PASSIVE, 'reset')).toEqual([])
      clock.wind(5000)
    }
    condition.requestFailed(PASSIVE, 'reset')
    expect(condition.requestFailed(PASSIVE, 'reset')).toEqual(['cooling'])
    expect(condition.coolingUntil).toBe(clock.now() + 30_000)
  })

  it('says what was wrong until a probe is good, and since when it showed', () => {
    const { condition } = play('-++---')
    expect(condition.why).toBe('answered 500')
    expect(new Date(condition.since).toISOString()).toBe('2026-11-20T00:00:04.000Z')
    condition.succeed(CHECK)
    expect(condition.why).toBe('answered 500')
    condition.succeed(CHECK)
    expect(condition.why).toBeUndefined()
  })
})
