// What the metrics say is what happened: counted beside the requests that were made.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askDoor, socketOf } from '../support/door.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { readScrape, type Scrape } from '../support/prometheus.ts'
import { ask, visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let origin: Origin
let world: World
let port: number

const config = (more = ''): string => `version: 1
server: { drain_timeout: 1s, reload: { debounce: 20ms, poll: 0 } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes:
  app: { listener: web, match: { path_prefix: /app }, forward: { targets: [{ id: one, url: "127.0.0.1:${origin.port}" }] } }
  rest: { listener: web, default: true, forward: { targets: [{ static: { body: hello } }] } }
${more}`

beforeAll(async () => {
  origin = await startOrigin()
  port = await freePort()
  world = await startWorld({ ready: [port], config: config() })
  await world.event('server/started')
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

async function scrape(): Promise<Scrape> {
  const { headers, text } = await askDoor(socketOf(world), '/metrics')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  return readScrape(text)
}

describe('metrics', () => {
  it('count every request by listener, route, method and status, and time it', async () => {
    const before = await scrape()
    for (let n = 0; n < 7; n++) await ask('/app/x', { port })
    for (let n = 0; n < 3; n++) await ask('/app/x', { port, method: 'POST', body: 'abcd' })
    await ask('/', { port })
    const after = await scrape()
    const more = (name: string, labels: Record<string, string>): number =>
      after.sum(name, labels) - before.sum(name, labels)
    const ofApp = { listener: 'web', route: 'app' }
    const ofRest = { listener: 'web', route: 'rest' }
    expect(more('p2pstream_http_requests_total', { ...ofApp, method: 'GET', code: '200' })).toBe(7)
    expect(more('p2pstream_http_requests_total', { ...ofApp, method: 'POST', code: '200' })).toBe(3)
    expect(more('p2pstream_http_requests_total', {})).toBe(11)
    expect(more('p2pstream_http_request_duration_seconds_count', ofApp)).toBe(10)
    expect(more('p2pstream_http_request_duration_seconds_bucket', { ...ofRest, le: '+Inf' })).toBe(1)
    expect(more('p2pstream_http_body_bytes_total', { ...ofApp, direction: 'in' })).toBe(12)
    expect(more('p2pstream_http_body_bytes_total', { ...ofRest, direction: 'out' })).toBe(5)
    expect(more('p2pstream_upstream_request_duration_seconds_count', { ...ofApp, target: 'one' })).toBe(10)
    expect(after.sum('p2pstream_target_up', { upstream: 'route:app', target: 'one' })).toBe(1)
    expect(after.sum('p2pstream_build_info')).toBe(1)
  })

  it('show what is under way', async () => {
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
    origin.on('/app/slow', async turn => {
      await mayAnswer
      await turn.answer(204)
    })
    await using visitor = await visit({ port })
    await visitor.send('GET /app/slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('the origin has it', () => origin.at('/app/slow').length === 1)
    const during = await scrape()
    expect(during.sum('p2pstream_http_requests_in_flight', { listener: 'web' })).toBe(1)
    expect(during.sum('p2pstream_http_connections', { listener: 'web' })).toBe(1)
    expect(during.sum('p2pstream_target_requests_in_flight', { target: 'one' })).toBe(1)
    expect(during.sum('p2pstream_upstream_connections', { target: 'one', state: 'busy' })).toBe(1)
    letAnswer()
    await visitor.answer()
    const then = await scrape()
    expect(then.sum('p2pstream_http_requests_in_flight')).toBe(0)
    expect(then.sum('p2pstream_upstream_connections', { target: 'one', state: 'busy' })).toBe(0)
  })

  it('go on counting through reloads, and tell of these', async () => {
    const before = await scrape()
    world.rewrite(
      config(
        '  new: { listener: web, match: { path: /new }, redirect: { mode: same_host_path, target: / } }',
      ),
    )
    await until('it is live', async () => (await ask('/new', { port })).status === 302)
    world.rewrite(config('  new: {}'))
    await world.event('config/rejected')
    const after = await scrape()
    for (const route of ['app', 'rest'])
      expect(after.sum('p2pstream_http_requests_total', { route })).toBeGreaterThanOrEqual(
        before.sum('p2pstream_http_requests_total', { route }),
      )
    expect(after.sum('p2pstream_config_reloads_total', { result: 'applied' })).toBe(2)
    expect(after.sum('p2pstream_config_reloads_total', { result: 'rejected' })).toBe(1)
    expect(after.sum('p2pstream_config_last_reload_successful')).toBe(0)
    expect(after.sum('p2pstream_config_info', { generation: '2' })).toBe(1)
    world.rewrite(config())
    await until('it is live', async () => (await ask('/new', { port })).status === 200)
    expect((await scrape()).sum('p2pstream_http_requests_total', { route: 'new' })).toBe(0)
  })

  it('have no series for what visitors invent', async () => {
    await ask('/app', { port })
    const before = (await scrape()).metrics.length
    for (let n = 0; n < 30; n++) {
      await ask(`/app/${n}?q=${n}`, {
        port,
        method: `M${n}`,
        host: `host-${n}.test`,
        fields: [[`X-${n}`, `${n}`]],
      })
      await using broken = await visit({ port })
      await broken.send(`GET /${n} HTTP/1.1\r\nHost: a b\r\n\r\n`)
      await broken.answer()
    }
    const after = await scrape()
    expect(after.sum('p2pstream_http_requests_total', { method: 'other' })).toBeGreaterThanOrEqual(30)
    expect(after.metrics.length - before).toBeLessThan(60)
    expect(JSON.stringify(after.metrics)).not.toMatch(/host-\d|M\d\d/)
  })
})
