// One of three origins fails in every way it can, under load: whom that costs a request, and for how long.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FrailOrigin, type Plight, startFrailOrigin } from '../support/frail-origin.ts'
import { freePort } from '../support/ports.ts'
import { type SteadyLoad, startSteadyLoad } from '../support/steady-load.ts'
import { pause, until } from '../support/until.ts'
import { type LogLine, startWorld, type World } from '../support/world.ts'

const VISITORS = 24
const RATE = 500
/** Milliseconds that requests wait for a response's head. */
const PATIENCE = 1000

describe.each([
  ['without retries', '', VISITORS],
  ['with retries', 'retry: { attempts: 3, on: [connect, reset, timeout], budget: 100% }', 0],
])('failover %s', (_, retry, mostFailed) => {
  const origins: FrailOrigin[] = []
  let world: World
  let load: SteadyLoad
  beforeAll(async () => {
    for (const name of ['a', 'b', 'c']) origins.push(await startFrailOrigin(name))
    const port = await freePort()
    world = await startWorld({
      config: `version: 1
logging: { access: { enabled: false } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
upstreams:
  main:
    load_balancing: round_robin
    ${retry}
    health_check: { enabled: true, interval: 1s, timeout: 900ms, healthy_threshold: 1, unhealthy_threshold: 1 }
    targets:
${origins.map(({ name, port: at }) => `      - { id: ${name}, url: "http://127.0.0.1:${at}", response_header_timeout: ${PATIENCE}ms }\n`).join('')}
routes: { all: { listener: web, default: true, forward: { upstream: main } } }
`,
      ready: [port],
    })
    load = startSteadyLoad(port, VISITORS, RATE)
  })
  afterAll(async () => {
    await load?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
    for (const origin of origins) await origin[Symbol.asyncDispose]()
  })

  const timeOf = (event: LogLine): number => Date.parse(String(event['time']))
  const eventsOf = (target: string, since: number): LogLine[] =>
    world.events.filter(line => line['target'] === target && timeOf(line) >= since)
  const servedBy = (name: string, since: number): number =>
    load.outcomes.filter(({ asked, body }) => body === name && asked >= since).length

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
      const [, frail] = origins
      if (frail === undefined) throw new Error('no origin')
      const start = Date.now()
      await until('all three serve', () => ['a', 'b', 'c'].every(name => servedBy(name, start) > 30))
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
