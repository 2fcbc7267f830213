// The story of several agents as a person lives it: make three, put what was printed into the file, start them, wait, ask, lose some.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askDoor, type Called, command, socketOf } from '../support/door.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { readScrape, type Scrape } from '../support/prometheus.ts'
import { ask } from '../support/raw.ts'
import { type AgentProcess, startAgentProcess } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { type LogLine, startWorld, type World } from '../support/world.ts'

const SITES = { 'east-1': 'east', 'east-2': 'east', west: 'west' } as const
const IDS = Object.keys(SITES)

let origin: Origin
let world: World
let port: number
let door: number
const tokens = new Map<string, string>()
const running = new Map<string, AgentProcess>()

/** `agents`: the entries that `agents new` printed, without their heading. */
function config(agents: string): string {
  const target = (id: string, site: string, group: number): string =>
    `      - { id: ${id}, priority_group: ${group}, url: "http://127.0.0.1:${origin.port}", transport: agent, agent_selector: { site: ${site} } }`
  return `version: 1
server: { drain_timeout: 1s }
management: { port: ${door}, tls: { mode: off } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
agents:
${agents}upstreams:
  app:
    targets:
${target('east', 'east', 0)}
${target('west', 'west', 1)}
routes: { app: { listener: web, default: true, forward: { upstream: app } } }
`
}

const EMPTY = `version: 1
routes: {}
`

const run = (...args: readonly string[]): Promise<Called> => command(world, args)

interface Row {
  readonly id: string
  readonly state: string
  readonly [name: string]: unknown
}

async function agents(): Promise<readonly Row[]> {
  const { status, json } = await askDoor(socketOf(world), '/api/agents')
  expect(status).toBe(200)
  return json()['data'] as Row[]
}

const stateOf = async (id: string): Promise<unknown> => (await agents()).find(row => row.id === id)?.state
const scrape = async (): Promise<Scrape> => readScrape((await askDoor(socketOf(world), '/metrics')).text)

/** Through whom `count` requests went, by their records. */
async function ways(count: number, round: string): Promise<Readonly<Record<string, number>>> {
  for (let n = 0; n < count; n++) expect((await ask(`/${round}/${n}`, { port })).status).toBe(200)
  const own = (): readonly LogLine[] =>
    world.access.filter(line => String(line['url.path']).startsWith(`/${round}/`))
  await until('all are recorded', () => own().length === count)
  const counts: Record<string, number> = {}
  for (const line of own()) {
    const way = String(line['p2pstream.agent'])
    counts[way] = (counts[way] ?? 0) + 1
  }
  return counts
}

async function end(id: string): Promise<void> {
  await running.get(id)?.[Symbol.asyncDispose]()
  running.delete(id)
}

beforeAll(async () => {
  origin = await startOrigin()
  port = await freePort()
  door = await freePort()
  world = await startWorld({ config: EMPTY, ready: [] })
  await world.event('server/started')
})
afterAll(async () => {
  for (const id of [...running.keys()]) await end(id)
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

describe('three agents', () => {
  it('are made, and the file that holds what was printed is valid', async () => {
    let entries = ''
    for (const [id, site] of Object.entries(SITES)) {
      const { code, out, err } = await run('agents', 'new', id, '--label', `site=${site}`)
      expect(code, err).toBe(0)
      tokens.set(id, out.trim())
      entries += /^agents:\n((?: {2}.*\n)+)/m.exec(err)?.[1] ?? ''
    }
    world.rewrite(config(entries))
    const { code, out } = await run('reload', '--wait')
    expect(code, out).toBe(0)
  })

  it('are waited for in vain while they are away, and unknown ones not at all', async () => {
    const late = await run('agents', 'wait', 'west', '--timeout', '300ms')
    expect(late.code).toBe(1)
    expect(late.err).toContain('west: has never connected')
    const unknown = await run('agents', 'wait', 'nobody')
    expect(unknown.code).toBe(1)
    expect(unknown.err).toContain('no agent nobody')
    expect((await run('agents', 'wait')).code).toBe(64)
    expect((await run('agents', 'wait', 'west', '--timeout', 'soon')).code).toBe(64)
  })

  it('are there when the wait ends', async () => {
    for (const id of IDS)
      running.set(id, startAgentProcess(`http://127.0.0.1:${door}`, id, { token: tokens.get(id) ?? '' }))
    const { code, err } = await run('agents', 'wait', ...IDS)
    expect(code, err).toBe(0)
    for (const id of IDS) expect(await stateOf(id)).toBe('connected')
  })

  it('serve two hundred requests, the two of the first group in turns', async () => {
    expect(await ways(200, 'all')).toEqual({ 'east-1': 100, 'east-2': 100 })
  })

  it('are told of as they are', async () => {
    const [first] = await agents()
    expect(first).toMatchObject({
      id: 'east-1',
      name: 'east-1',
      at: '/agents/east-1',
      connects: 1,
      disconnects: 0,
      address: '127.0.0.1',
      labels: { site: 'east', 'p2pstream.io/agent-id': 'east-1' },
      sessions: [{ address: '127.0.0.1' }],
    })
    expect(JSON.stringify(first)).not.toContain('sha256')
    const table = await run('agents')
    expect(table.code).toBe(0)
    expect(table.out).toMatch(
      /^ {2}east-1 .* connected since 20.*127\.0\.0\.1.* site=east .*p2pstream\.yaml:\d+:\d+\n/,
    )
    const rows = JSON.parse((await run('agents', 'list', '--format', 'json')).out) as Row[]
    expect(rows.map(({ id }) => id)).toEqual(IDS)
    const metrics = await scrape()
    for (const agent of IDS) {
      expect(metrics.sum('p2pstream_agent_connected', { agent })).toBe(1)
      expect(metrics.sum('p2pstream_agent_connects_total', { agent })).toBe(1)
    }
    expect(metrics.sum('p2pstream_agent_streams', { agent: 'east-1' })).toBeGreaterThan(0)
    expect(metrics.sum('p2pstream_agent_requests_total', { code_class: '2xx' })).toBe(200)
    expect(metrics.sum('p2pstream_agent_requests_total', { agent: 'east-1' })).toBe(100)
    expect(metrics.sum('p2pstream_agent_active_requests')).toBe(0)
    for (const direction of ['in', 'out'])
      expect(metrics.sum('p2pstream_tunnel_bytes_total', { agent: 'east-1', direction })).toBeGreaterThan(
        10_000,
      )
  })

  it('lose the first group, and the second serves', async () => {
    for (const id of ['east-1', 'east-2']) await end(id)
    await until(
      'both are gone',
      async () => (await stateOf('east-1')) === 'offline' && (await stateOf('east-2')) === 'offline',
    )
    expect(await ways(20, 'rest')).toEqual({ west: 20 })
    const metrics = await scrape()
    expect(metrics.sum('p2pstream_agent_connected')).toBe(1)
    expect(metrics.sum('p2pstream_agent_disconnects_total', { reason: 'carrier_closed' })).toBe(2)
    expect((await run('agents')).out).toMatch(/east-1 .* offline since 20/)
    expect((await run('agents', 'wait', 'east-1', 'west', '--timeout', '0')).err).not.toContain('west:')
  })
})
