// One of three origins fails in every way it can, under load: whom that costs a request, and for how long.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Failover, PATIENCE, startFailover, VISITORS } from '../support/failover.ts'
import type { Plight } from '../support/frail-origin.ts'
import { pause, until } from '../support/until.ts'
import type { LogLine } from '../support/world.ts'

describe.each([
  ['without retries', '', VISITORS],
  ['with retries', 'retry: { attempts: 3, on: [connect, reset, timeout], budget: 100% }', 0],
])('failover %s', (_, retry, mostFailed) => {
  let scene: Failover
  beforeAll(async () => {
    scene = await startFailover(retry)
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  const timeOf = (event: LogLine): number => Date.parse(String(event['time']))
  const eventsOf = (target: string, since: number): LogLine[] =>
    scene.world.events.filter(line => line['target'] === target && timeOf(line) >= since)

  it.each<[Plight, number]>([
    ['is killed', 0],
    ['resets', 0],
    ['refuses', 0],
    ['answers garbage', 0],
    ['is stopped', PATIENCE],
    ['reads nothing', PATIENCE],
  ])(
    'an origin that %s fails no more than the requests on their way, is out within a second, and comes back',
    async (plight, noticed) => {
      const { frail, load, servedBy } = scene
      const start = Date.now()
      await scene.allServe(start)
      const broken = Date.now()
      frail.suffer(plight)
      const out = await until('it is out', () =>
        eventsOf('b', broken).find(({ event }) => event === 'target/cooling' || event === 'target/unhealthy'),
      )
      expect(timeOf(out) - broken).toBeLessThan(noticed + 1000)
      // Nobody is sent there any more: whoever waits for it is through, and then nothing fails.
      await pause(1500)
      const quiet = Date.now()
      await until('the others serve', () => servedBy('a', quiet) > 100 && servedBy('c', quiet) > 100)
      const failed = load.outcomes.filter(({ asked, status }) => asked >= start && status !== 200)
      expect(failed.length).toBeLessThanOrEqual(mostFailed)
      expect(failed.filter(({ asked }) => asked > timeOf(out) + 250)).toEqual([])
      expect(new Set(failed.map(({ status }) => status))).not.toContain(0)
      const healed = Date.now()
      await frail.recover()
      await until('it serves again', () => servedBy('b', healed) > 30)
      const back = eventsOf('b', healed).find(
        ({ event }) => event === 'target/recovered' || event === 'target/healthy',
      )
      expect(back?.['reason']).toBe('a probe was good')
    },
  )
})
