// What reloads keep of health, by random edits: everything while a target's id, url and check mean the same, and nothing else.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bind, followHealth, type Live } from '../../../src/engine/live.ts'
import { compile } from '../../../src/snapshot/compile.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import { openKeep } from '../../../src/state/keep.ts'
import type { Condition } from '../../../src/upstream/health/condition.ts'
import type { HealthParts } from '../../../src/upstream/health/health.ts'
import { healthOf } from '../../../src/upstream/health/health-of.ts'
import type { WireParts } from '../../../src/wire/h1/origin.ts'
import { type HandClock, handClock } from '../../support/clock.ts'
import { type ConfigWords, configured, type TargetWords } from '../../support/config.ts'

interface Written {
  readonly pool: string
  readonly id: string
  readonly url: string
  readonly path: string
  readonly checks: boolean
  readonly passive: boolean
  readonly enabled: boolean
  readonly weight: number
  readonly cooldown: string
}

const written: fc.Arbitrary<Written> = fc.record({
  pool: fc.constantFrom('main', 'other'),
  id: fc.constantFrom('a', 'b', 'c'),
  url: fc.constantFrom('http://one', 'http://two'),
  path: fc.constantFrom('/', '/x'),
  checks: fc.boolean(),
  passive: fc.boolean(),
  enabled: fc.constantFrom(true, true, true, false),
  weight: fc.constantFrom(0, 1, 100),
  cooldown: fc.constantFrom('30s', '1m'),
})
/** In any order, each id once in its pool. */
const file = fc
  .uniqueArray(written, { selector: ({ pool, id }) => `${pool}/${id}`, maxLength: 6 })
  .map(
    targets =>
      ({ targets, policy: targets.length % 2 === 0 ? 'round_robin' : 'weighted_round_robin' }) as const,
  )
/** What happens between two reloads, to the targets in their order. */
const news = fc.array(fc.constantFrom('good', 'bad', 'failed', 'nothing'), { maxLength: 12 })

interface File {
  readonly targets: readonly Written[]
  readonly policy: 'round_robin' | 'weighted_round_robin'
}

function targetOf({ id, url, path, checks, passive, enabled, weight, cooldown }: Written): TargetWords {
  return {
    id,
    url,
    enabled,
    weight,
    health_check: { enabled: checks, path },
    passive_health: { enabled: passive, cooldown },
  }
}

function wordsOf({ targets, policy }: File): ConfigWords {
  const pool = (name: string) => ({
    load_balancing: policy,
    targets: targets.filter(one => one.pool === name).map(targetOf),
  })
  return { upstreams: { main: pool('main'), other: pool('other') } }
}

/** What State may know a target by; undefined when nothing is known of it. */
function meaningOf({ pool, id, url, path, checks, passive, enabled }: Written): string | undefined {
  if (!enabled || (!checks && !passive)) return undefined
  return [pool, id, url, checks ? path : 'unchecked'].join(' ')
}

/** A running program without sockets, whose probes never end. */
class Program {
  readonly clock: HandClock = handClock()
  private readonly keep = openKeep()
  live: Live | undefined

  reload(next: File): Live {
    const outcome = compile(configured(wordsOf(next)))
    if (!outcome.ok) throw new Error('did not compile')
    const health: HealthParts = {
      clock: this.clock,
      random: { id: () => '', fraction: () => 0.5 },
      log: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      probe: () => ({ cancel() {} }),
    }
    const wire = { trust: { context: () => undefined } } as unknown as WireParts
    const steps = bind(outcome.value, this.keep, { wire, health }, undefined)
    let step = steps.next()
    while (!step.done) step = steps.next()
    this.live = { ...step.value, snapshot: outcome.value } as unknown as Live
    followHealth(this.live, () => undefined)
    const { identities } = step.value
    this.keep.retain(identity => identities.has(identity))
    return this.live
  }
}

function conditionsOf(live: Live, { targets }: File): ReadonlyMap<string, Condition> {
  const found = new Map<string, Condition>()
  for (const one of targets) {
    const meaning = meaningOf(one)
    const target = live.snapshot.pools.get(one.pool)?.targets.find(({ key }) => key === one.id)
    const health = target === undefined ? undefined : live.health.get(target)
    expect(health === undefined, `${one.pool}/${one.id} is watched`).toBe(meaning === undefined)
    if (meaning !== undefined && health !== undefined) found.set(meaning, health.condition)
  }
  return found
}

function happen(live: Live, all: Iterable<string>): void {
  const healths = [...live.health]
  let at = 0
  for (const word of all) {
    const [target, health] = healths[at++ % Math.max(1, healths.length)] ?? []
    const check = target?.kind === 'proxy' ? target.health?.check : undefined
    if (health === undefined) continue
    if (word === 'failed')
      health.requestFailed({ code: 'connection_refused', side: 'origin', detail: 'ECONNREFUSED' }, false)
    else if (word === 'good' && check !== undefined) health.condition.succeed(check)
    else if (word === 'bad' && check !== undefined) health.condition.fail(check, 'answered 500')
  }
}

/** Whoever chooses targets thinks of each what is known of it. */
function expectAgreement(live: Live, snapshot: Snapshot): void {
  for (const pool of snapshot.pools.values())
    for (const target of pool.targets) {
      const isWell = live.health.get(target)?.condition.isAvailable ?? true
      const may = target.enabled && target.weight > 0
      expect(healthOf(live, pool, target).isAvailable, `${pool.id}/${target.key}`).toBe(may && isWell)
    }
}

describe('reloads', () => {
  it('keep health while id, url and check mean the same, and forget it otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(file, news), { minLength: 2, maxLength: 6 }), edits => {
        const program = new Program()
        let before: ReadonlyMap<string, Condition> = new Map()
        for (const [next, happened] of edits) {
          const was = new Map(
            [...before].map(([meaning, { status, unhealthyStreak, coolingUntil }]) => [
              meaning,
              { status, unhealthyStreak, coolingUntil },
            ]),
          )
          const live = program.reload(next)
          const after = conditionsOf(live, next)
          for (const [meaning, condition] of after) {
            const kept = before.get(meaning)
            expect(condition === kept, meaning).toBe(kept !== undefined)
            const old = was.get(meaning)
            const { passive } = next.targets.find(one => meaningOf(one) === meaning) ?? { passive: false }
            expect(condition.status).toBe(old?.status ?? 'unknown')
            expect(condition.unhealthyStreak).toBe(old?.unhealthyStreak ?? 0)
            expect(condition.coolingUntil).toBe(passive ? old?.coolingUntil : undefined)
          }
          happen(live, happened)
          // Conditions that were moved by hand tell nobody; the next reload, which is what is looked at, does.
          followHealth(live, () => undefined)
          expectAgreement(live, live.snapshot)
          before = after
        }
        // Nothing is left of targets that went: no cool-down of theirs ends later.
        program.clock.wind(3_600_000)
        for (const { coolingUntil } of conditionsOf(program.live as Live, edits.at(-1)?.[0] as File).values())
          expect(coolingUntil).toBeUndefined()
        expect(program.clock.pending).toBeLessThanOrEqual(program.live?.health.size ?? 0)
      }),
      { numRuns: 300 },
    )
  })
})
