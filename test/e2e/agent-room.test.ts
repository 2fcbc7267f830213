// Agents that have as many connections open as they may have.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenHash } from '../../src/base/token.ts'
import * as access from '../support/access-line.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

const IDS = ['narrow', 'wide'] as const

let origin: Origin
let world: World
let port: number
const agents: AgentProcess[] = []
const held: (() => void)[] = []

beforeAll(async () => {
  origin = await startOrigin()
  origin.on('/held', turn => {
    held.push(() => turn.answer(200, [], 'late'))
  })
  port = await freePort()
  const door = await freePort()
  const target = (words: string): string =>
    `{ url: "http://127.0.0.1:${origin.port}", transport: agent, ${words} }`
  world = await startWorld({
    config: `version: 1
management: { port: ${door}, tls: { mode: off } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
agents:
  narrow: { token_hash: "${tokenHash(TOKEN)}", max_streams: 1, labels: { site: lab } }
  wide: { token_hash: "${tokenHash(TOKEN)}", max_streams: 3, labels: { site: lab } }
upstreams:
  lab: { targets: [${target('agent_selector: { site: lab }')}] }
  narrow:
    targets:
      - ${target('agent_selector: { p2pstream.io/agent-id: narrow }')}
routes:
  lab: { listener: web, default: true, forward: { upstream: lab } }
  narrow: { listener: web, match: { path_prefix: /narrow }, rewrite: { strip_prefix: /narrow }, forward: { upstream: narrow } }
`,
    ready: [port, door],
  })
  for (const id of IDS) agents.push(startAgentProcess(`http://127.0.0.1:${door}`, id))
  await until('both are there', () => world.told('tunnel/connected') === IDS.length)
})
afterAll(async () => {
  for (const agent of agents) await agent[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

/** A request that its origin keeps waiting. */
async function hold(target: string): Promise<Awaited<ReturnType<typeof visit>>> {
  const before = held.length
  const visitor = await visit({ port })
  await visitor.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
  await until('the origin has it', () => held.length > before)
  return visitor
}

describe('an agent without room', () => {
  it('is passed over, and is asked again once it has some', async () => {
    await using one = await hold('/narrow/held')
    const targets = Array.from({ length: 6 }, (_, n) => `/over-${n}`)
    for (const target of targets) expect((await ask(target, { port })).status).toBe(200)
    for (const target of targets) {
      const line = await world.accessLine(target, access.askedFor(target))
      expect(line['p2pstream.agent']).toBe('wide')
    }
    held.at(-1)?.()
    expect((await one.answer()).status).toBe(200)
    const seen = new Set<unknown>()
    await until('it serves again', async () => {
      const target = `/again-${seen.size}-${Math.random()}`
      await ask(target, { port })
      seen.add((await world.accessLine(target, access.askedFor(target)))['p2pstream.agent'])
      return seen.has('narrow')
    })
  })

  it('is 503 with Retry-After where nobody else is left, and takes a body along on the way to who is', async () => {
    const visitors = [await hold('/narrow/held'), await hold('/held'), await hold('/held')]
    const body = 'x'.repeat(50_000)
    const post = `POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    await using poster = await visit({ port })
    await poster.send(post)
    expect((await poster.answer('POST')).status).toBe(200)
    visitors.push(await hold('/held'))
    const refused = await ask('/none', { port })
    expect(refused.status).toBe(503)
    expect(refused.fields).toContainEqual(['Retry-After', '1'])
    const line = await world.accessLine('/none', access.askedFor('/none'))
    expect(line['p2pstream.reason']).toBe('agent_capacity')
    for (const answer of held.slice(-visitors.length)) answer()
    for (const visitor of visitors) {
      expect((await visitor.answer()).status).toBe(200)
      await visitor[Symbol.asyncDispose]()
    }
  })
})
