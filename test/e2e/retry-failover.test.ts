// One of three origins fails in every way it can, under load, with retries: GETs see none of it, orders run once, an outage stays small.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Failover, RATE, startFailover, VISITORS } from '../support/failover.ts'
import type { Plight } from '../support/frail-origin.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask } from '../support/raw.ts'
import { startSteadyLoad } from '../support/steady-load.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

const targets = (ports: readonly number[], more = ''): string =>
  ports.map((port, n) => `{ id: ${'abc'[n]}, url: "http://127.0.0.1:${port}"${more} }`).join(', ')

describe('failover with retries', () => {
  let scene: Failover
  beforeAll(async () => {
    scene = await startFailover('retry: { attempts: 3, on: [connect, reset, timeout] }')
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  it.each<Plight>(['is killed', 'resets', 'refuses', 'answers garbage', 'is stopped', 'reads nothing'])(
    'an origin that %s costs no GET its answer',
    async plight => {
      const { frail, load, servedBy } = scene
      const start = Date.now()
      await scene.allServe(start)
      frail.suffer(plight)
      await pause(2_500)
      const healed = Date.now()
      await frail.recover()
      await until('it serves again', () => servedBy('b', healed) > 30)
      expect(load.outcomes.filter(({ asked, status }) => asked >= start && status !== 200)).toEqual([])
    },
  )
})

describe('orders under retries', () => {
  const origins: Origin[] = []
  let world: World
  let port = 0
  beforeAll(async () => {
    for (let n = 0; n < 3; n++) origins.push(await startOrigin())
    port = await freePort()
    const retry = 'retry: { attempts: 3, on: [connect, reset, timeout, "status:503"], budget: 100% }'
    const targetsOfAll = targets(origins.map(origin => origin.port))
    world = await startWorld({
      config: `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes: { all: { listener: web, default: true, forward: { load_balancing: round_robin, ${retry}, targets: [${targetsOfAll}] } } }
`,
      ready: [port],
    })
    origins[1]?.on('/', async turn => {
      await turn.body()
      if (turn.request.target.endsWith('3')) await turn.answer(503, [], 'busy')
      else if (turn.request.target.endsWith('5')) await turn.write('220 mail.example\r\n\r\n')
      else turn.socket.resetAndDestroy()
    })
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    for (const origin of origins) await origin[Symbol.asyncDispose]()
  })

  it('run once, while GETs and PUTs all end well', async () => {
    const statuses = new Map<string, number[]>()
    const visitor = async (name: number): Promise<void> => {
      for (let n = 0; n < 40; n++) {
        const method = (['POST', 'GET', 'PUT', 'PATCH'] as const)[n % 4] ?? 'GET'
        const body = method === 'GET' ? {} : { body: 'order' }
        const { status } = await ask(`/?${name}-${n}`, { port, method, ...body })
        statuses.set(method, [...(statuses.get(method) ?? []), status])
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, name) => visitor(name)))
    for (const method of ['GET', 'PUT']) expect(new Set(statuses.get(method))).toEqual(new Set([200]))
    expect(statuses.get('POST')).toContain(502)
    const orders = origins
      .flatMap(({ requests }) => requests)
      .filter(({ method }) => /^P(OST|ATCH)$/.test(method))
    expect(new Set(orders.map(({ target }) => target)).size).toBe(orders.length)
    const puts = origins.flatMap(({ requests }) => requests).filter(({ method }) => method === 'PUT')
    expect(puts.length).toBeGreaterThan(80)
    expect(new Set(puts.map(({ body }) => body.toString()))).toEqual(new Set(['order']))
  })
})

describe('reloads under retries', () => {
  it('fail no GET, though the dead target comes and goes with them', async () => {
    const port = await freePort()
    const dead = await freePort()
    await using good = await startOrigin()
    await using other = await startOrigin()
    const config = (ports: readonly number[]): string => `version: 1
server: { reload: { debounce: 0 } }
logging: { access: { enabled: false } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes: { all: { listener: web, default: true, forward: { retry: { attempts: 2, budget: 100% }, targets: [${targets(ports)}] } } }
`
    const files = [config([dead, good.port]), config([good.port, other.port, dead]), config([good.port])]
    await using world = await startWorld({ config: files[0] ?? '', ready: [port] })
    await using load = startSteadyLoad(port, 8, 200)
    for (let n = 1; n <= 12; n++) {
      const applied = world.told('config/applied')
      world.rewrite(files[n % 3] ?? '')
      await until(`edit ${n} is applied`, () => world.told('config/applied') > applied)
      await pause(50)
    }
    expect(load.outcomes.length).toBeGreaterThan(50)
    expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
  })
})

describe('an outage under retries', () => {
  it('makes no more attempts than the budget grants', async () => {
    const port = await freePort()
    const dead = [await freePort(), await freePort(), await freePort()]
    await using world = await startWorld({
      config: `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes: { all: { listener: web, default: true, forward: { retry: { attempts: 5, backoff: 1ms }, targets: [${targets(dead)}] } } }
`,
      ready: [port],
    })
    const start = performance.now()
    const load = startSteadyLoad(port, VISITORS, RATE)
    await pause(4_000)
    await load[Symbol.asyncDispose]()
    const seconds = (performance.now() - start) / 1000
    const requests = load.outcomes.length
    expect(new Set(load.outcomes.map(({ status }) => status))).toEqual(new Set([502]))
    await until('all are recorded', () => world.access.length === requests)
    const attempts = world.access.reduce((sum, line) => sum + Number(line['p2pstream.attempts']), 0)
    const granted = 100 + 10 * seconds + 0.2 * requests
    expect(attempts - requests).toBeLessThanOrEqual(granted)
    expect(attempts - requests).toBeGreaterThan(0.8 * Math.min(granted, 4 * requests))
  })
})
