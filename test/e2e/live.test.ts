// What a running server tells of its routes, pools and targets, and of a request that nobody sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askDoor, command, socketOf } from '../support/door.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let origin: Origin
let world: World
let port: number

beforeAll(async () => {
  origin = await startOrigin()
  port = await freePort()
  world = await startWorld({
    ready: [port],
    config: `version: 1
server: { drain_timeout: 1s, reload: { poll: 0 } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
upstreams:
  app:
    targets:
      - { id: one, url: "http://127.0.0.1:${origin.port}", tags: [blue] }
      - { id: two, url: "http://127.0.0.1:9", enabled: false }
      - { static: { body: down }, priority_group: 1 }
  sick:
    passive_health: { enabled: true, cooldown: 1h }
    targets:
      - { id: dead, url: "http://127.0.0.1:9" }
      - { id: probed, url: "http://127.0.0.1:${origin.port}", priority_group: 1, health_check: { enabled: true, path: /probe, interval: 1s, timeout: 1s } }
  lost: { targets: [{ url: "http://no-such-origin.invalid" }] }
routes:
  sick: { listener: web, match: { path: /sick }, forward: { upstream: sick } }
  app: { listener: web, match: { host: app.test, path_prefix: /app }, forward: { upstream: app } }
  own: { listener: web, match: { path: /own }, forward: { upstream: app, peer: { read_timeout: 9s } } }
  off: { listener: web, enabled: false, match: { path: /off }, redirect: { mode: same_host_path, target: / } }
  rest: { listener: web, default: true, redirect: { mode: same_host_path, target: /app } }
`,
  })
  await world.event('server/started')
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

const get = async (path: string): Promise<Record<string, unknown>> =>
  (await askDoor(socketOf(world), path)).json()

describe('lists', () => {
  it('routes come in the order in which they are tried, with their targets and places', async () => {
    const { data, meta } = await get('/api/routes?listener=web')
    expect(meta).toMatchObject({ total: 5, generation: 1 })
    expect(data).toMatchObject([
      { order: 1, id: 'app', hosts: ['app.test'], path_prefixes: ['/app'], action: { pool: 'app' } },
      { id: 'off', enabled: false },
      { order: 2, id: 'own' },
      { order: 3, id: 'sick' },
      { order: 4, id: 'rest', default: true, action: { kind: 'redirect' } },
    ])
    const { code, out } = await command(world, ['routes'])
    expect(code).toBe(0)
    expect(out).toMatch(/^listener web\n {2}1 {2}app .* app\.test \/app\[\/\*\] .*p2pstream\.yaml:18:3\n/)
    expect(out).toMatch(/group 0 +weight 100 +two +http:\/\/127\.0\.0\.1:9 +disabled/)
  })

  it('pools and targets are filtered, then paged', async () => {
    expect(await get('/api/upstreams?name=app')).toMatchObject({
      data: [{ id: 'app', targets: 3, available: 2 }],
      meta: { total: 1 },
    })
    expect(await get('/api/upstreams?algorithm=round_robin')).toMatchObject({ data: [] })
    expect(await get('/api/targets?upstreamId=app&limit=1&offset=1')).toMatchObject({
      data: [{ id: 'app:two', available: false, why: ['disabled'] }],
      meta: { total: 3, offset: 1, limit: 1 },
    })
    expect(await get('/api/targets?tag=blue')).toMatchObject({ data: [{ id: 'app:one' }] })
    expect((await askDoor(socketOf(world), '/api/targets?upstreamId=none')).status).toBe(404)
    for (const query of ['limit=201', 'limit=-1', 'offset=x'])
      expect((await askDoor(socketOf(world), `/api/targets?${query}`)).status).toBe(400)
    expect((await command(world, ['targets', 'none'])).code).toBe(1)
  })

  it('targets tell what they are busy with, under whichever profile', async () => {
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
    const hold = async (turn: { answer(status: number): Promise<void> }): Promise<void> => {
      await mayAnswer
      await turn.answer(204)
    }
    origin.on('/app/slow', hold)
    origin.on('/own', hold)
    const before = (await get('/api/targets?tag=blue'))['data'] as { connections: { open: number } }[]
    await using a = await visit({ port })
    await using b = await visit({ port })
    await a.send('GET /app/slow HTTP/1.1\r\nHost: app.test\r\n\r\n')
    await b.send('GET /own HTTP/1.1\r\nHost: app.test\r\n\r\n')
    await until('both are there', () => origin.at('/app/slow').length + origin.at('/own').length === 2)
    expect(await get('/api/targets?tag=blue')).toMatchObject({
      data: [{ active: 2, connections: { open: (before[0]?.connections.open ?? 0) + 2 } }],
    })
    expect((await command(world, ['targets', 'app'])).out).toMatch(
      /one .* available +2 active, 2 connections/,
    )
    expect(await get('/api/status')).toMatchObject({
      requests_in_flight: 2,
      listeners: [{ id: 'web', connections: 2, requests_in_flight: 2 }],
    })
    letAnswer()
    await a.answer()
    await b.answer()
    expect(await get('/api/targets?tag=blue')).toMatchObject({ data: [{ active: 0 }] })
  })
})

describe('health', () => {
  it('is told with its reasons wherever a target is shown', async () => {
    expect((await ask('/sick', { port })).status).toBe(502)
    await until('two probes were good', async () => {
      const { data } = await get('/api/targets?upstreamId=sick')
      return (data as { health?: { status: string } }[])[1]?.health?.status === 'healthy'
    })
    expect(await get('/api/targets?upstreamId=sick')).toMatchObject({
      data: [
        {
          id: 'sick:dead',
          available: false,
          why: [expect.stringMatching(/^cools down until .*connection_refused/)],
          health: { status: 'unchecked', cooling_until: expect.stringMatching(/^2\d{3}-/) },
        },
        { id: 'sick:probed', available: true, why: [], health: { status: 'healthy' } },
      ],
    })
    const { out } = await command(world, ['explain', '--live', 'GET', `http://app.test:${port}/sick`])
    expect(out).toMatch(/dead .*unavailable: cools down until .*connection_refused/)
    expect(out).toMatch(/probed +available, healthy +0 active/)
    expect(out).toContain(`forward to http://127.0.0.1:${origin.port} as GET /sick`)
    expect((await command(world, ['upstreams'])).out).toMatch(/sick +weighted_round_robin +1 of 2 available/)
    const { text } = await askDoor(socketOf(world), '/metrics')
    expect(text).toContain('p2pstream_target_up{upstream="sick",target="dead"} 0\n')
    expect(text).toContain('p2pstream_target_up{upstream="sick",target="probed"} 1\n')
  })
})

describe('a target whose name leads nowhere', () => {
  it('says so', async () => {
    const told = await until('it was asked for', async () => {
      const { data } = await get('/api/targets?upstreamId=lost')
      const [target] = data as { readonly dns?: string }[]
      return target?.dns
    })
    expect(told).toMatch(/^E[A-Z]+$/)
    expect((await command(world, ['targets', 'lost'])).out).toContain(
      `no-such-origin.invalid has no address: ${told}`,
    )
  })
})

describe('explain --live', () => {
  it('tells what the server does with the next such request', async () => {
    const { code, out } = await command(world, ['explain', '--live', 'GET', `http://app.test:${port}/app/x`])
    expect(code).toBe(0)
    expect(out).toMatch(/app +takes it +\.\/p2pstream\.yaml:18:3/)
    expect(out).toContain(`forward to http://127.0.0.1:${origin.port} as GET /app/x`)
    expect(out).toMatch(/targets now\n {2}one +available +0 active/)
    expect((await ask('/app/x', { port, host: 'app.test' })).status).toBe(200)
  })

  it('says the same as without, but for what only a server knows', async () => {
    const args = ['explain', 'GET', `http://app.test:${port}/nowhere`, '--format', 'json']
    const offline = JSON.parse((await command(world, args)).out)
    const { generation, live, ...online } = JSON.parse((await command(world, [...args, '--live'])).out)
    expect(online).toEqual(offline)
    expect({ generation, live }).toEqual({ generation: 1, live: [] })
  })

  it('shows pointers where the file is no longer the one that runs', async () => {
    const { out } = await command(world, [
      'explain',
      '--live',
      'GET',
      `http://app.test:${port}/app`,
      '-c',
      'p2pstream.yaml',
    ])
    expect(out).toContain('p2pstream.yaml:18:3')
    const socket = `unix:${socketOf(world)}`
    const elsewhere = await command({ dir: '/' }, [
      'explain',
      '--live',
      '--server',
      socket,
      'GET',
      `http://app.test:${port}/app`,
    ])
    expect(elsewhere.out).toContain('takes it                 /routes/app')
  })

  it('refuses what is no question', async () => {
    for (const body of ['', '[]', '{"url":1}', '{"url":"/","headers":{}}', '{"url":"/","from":"x"}'])
      expect((await askDoor(socketOf(world), '/api/explain', { method: 'POST', body })).status, body).toBe(
        400,
      )
  })
})
