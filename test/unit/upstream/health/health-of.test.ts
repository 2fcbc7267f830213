import { describe, expect, it } from 'vitest'
import { compile } from '../../../../src/snapshot/compile.ts'
import { Health } from '../../../../src/upstream/health/health.ts'
import { healthOf, type TargetHealth } from '../../../../src/upstream/health/health-of.ts'
import { secondsUntilChance } from '../../../../src/upstream/health/retry-after.ts'
import { openPoolState, seatOf, setAvailable } from '../../../../src/upstream/pool-state.ts'
import type { Target } from '../../../../src/upstream/target.ts'
import { handClock } from '../../../support/clock.ts'
import { configured } from '../../../support/config.ts'

const START = Date.UTC(2026, 10, 20)
const REFUSED = { code: 'connection_refused', side: 'origin', detail: 'ECONNREFUSED' } as const

/** A pool of `checked`, `passive`, `plain` and `off`. */
function scene() {
  const outcome = compile(
    configured({
      upstreams: {
        main: {
          targets: [
            { id: 'checked', url: 'a', health_check: { enabled: true } },
            { id: 'passive', url: 'b', passive_health: { enabled: true, cooldown: '4500ms' } },
            { id: 'plain', url: 'c' },
            { id: 'off', url: 'd', enabled: false, health_check: { enabled: true } },
          ],
        },
      },
    }),
  )
  const pool = outcome.ok ? outcome.value.pools.get('main') : undefined
  if (pool === undefined) throw new Error('no pool')
  const clock = handClock()
  const state = openPoolState()
  const health = new Map<Target, Health>()
  for (const target of pool.targets) {
    if (target.kind !== 'proxy' || target.health === undefined) continue
    const known = new Health(target.health, {
      clock,
      random: { id: () => '', fraction: () => 0.25 },
      log: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      probe: (_, __, done) => ({ cancel: clock.after(100, () => done('answered 500')).cancel }),
    })
    const objection = (who: string, why: string | undefined): void =>
      setAvailable(state, target.key, who, why)
    known.follow({ poolId: pool.id, target, objection }, target.health)
    health.set(target, known)
  }
  const of = (key: string): TargetHealth => {
    const target = pool.targets.find(one => one.key === key)
    if (target === undefined) throw new Error(`no target ${key}`)
    return healthOf({ pools: new Map([[pool, state]]), health }, pool, target)
  }
  const fail = (key: string): void =>
    health.get(pool.targets.find(one => one.key === key) as Target)?.requestFailed(REFUSED, false)
  return { clock, state, of, fail, wait: () => secondsUntilChance(pool, health) }
}

describe('the health of a target', () => {
  it('is unknown until probes say more, then what they say', () => {
    const { clock, of } = scene()
    expect(of('checked')).toEqual({
      status: 'unknown',
      isAvailable: true,
      why: undefined,
      since: START,
      healthyStreak: 0,
      unhealthyStreak: 0,
      nextProbe: START + 2_500,
      coolingUntil: undefined,
      active: 0,
    })
    clock.wind(2_550)
    expect(of('checked').nextProbe).toBeUndefined()
    clock.wind(10_200)
    expect(of('checked')).toMatchObject({
      status: 'unhealthy',
      isAvailable: false,
      why: 'answered 500',
      since: START + 2_600,
      unhealthyStreak: 2,
      nextProbe: START + 22_700,
    })
  })

  it('is unchecked without a check, and may cool down all the same', () => {
    const { clock, of, fail } = scene()
    fail('passive')
    const until = START + 4_500
    const why = 'connection_refused: ECONNREFUSED'
    expect(of('passive')).toMatchObject({ status: 'unchecked', isAvailable: false, coolingUntil: until, why })
    clock.wind(4_500)
    expect(of('passive')).toMatchObject({ status: 'unchecked', isAvailable: true, coolingUntil: undefined })
  })

  it('says what the file says, too, and how busy the target is', () => {
    const { state, of } = scene()
    seatOf(state, 'plain').active = 3
    expect(of('plain')).toMatchObject({ status: 'unchecked', isAvailable: true, active: 3 })
    expect(of('off')).toMatchObject({ status: 'unchecked', isAvailable: false })
  })

  it('decides when to come back: whole seconds to what happens next', () => {
    const { clock, fail, wait } = scene()
    expect(wait()).toBe(3)
    clock.wind(2_600)
    expect(wait()).toBe(10)
    fail('passive')
    expect(wait()).toBe(5)
    clock.wind(4_400)
    expect(wait()).toBe(1)
  })
})
