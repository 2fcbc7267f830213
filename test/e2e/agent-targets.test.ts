// Targets behind agents through the real programs: a server, agents as processes, and origins that only they are asked to reach.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { tokenHash } from '../../src/base/token.ts'
import * as access from '../support/access-line.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const IDS = ['lab-a', 'lab-b', 'spare'] as const

let origin: Origin
let sockets: WsOrigin
let world: World
let port: number
let door: number
const agents = new Map<string, AgentProcess>()

interface Words {
  readonly token?: string
  readonly label?: string
  readonly health?: string
}

function config({ token = TOKEN, label = 'lab', health = '{}' }: Words = {}): string {
  const agent = (id: string, site: string, hash = tokenHash(TOKEN)): string =>
    `  ${id}: { token_hash: "${hash}", labels: { site: ${site} } }`
  return `version: 1
server: { drain_timeout: 2s }
management: { port: ${door}, tls: { mode: off } }
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
agents:
${agent('lab-a', 'lab', tokenHash(token))}
${agent('lab-b', label)}
${agent('spare', 'spare')}
upstreams:
  behind:
    health_check: ${health}
    targets:
      - id: lab
        url: http://127.0.0.1:${origin.port}
        transport: agent
        agent_selector: { site: lab }
      - id: spare
        priority_group: 1
        url: http://127.0.0.1:${origin.port}
        transport: agent
        agent_selector: { site: spare }
routes:
  all: { listener: web, default: true, forward: { upstream: behind } }
  ws:
    listener: web
    match: { path_prefix: /ws }
    rewrite: { strip_prefix: /ws }
    forward:
      targets:
        - url: http://127.0.0.1:${sockets.port}
          transport: agent
          agent_selector: { p2pstream.io/agent-id: spare }
`
}

function start(id: string): void {
  agents.set(id, startAgentProcess(`http://127.0.0.1:${door}`, id, { token: TOKEN }))
}

async function end(id: string): Promise<void> {
  await agents.get(id)?.[Symbol.asyncDispose]()
  agents.delete(id)
}

/** Through whom a request went. */
async function wayOf(target: string): Promise<unknown> {
  expect((await ask(target, { port })).status).toBe(200)
  return (await world.accessLine(target, access.askedFor(target)))['p2pstream.agent']
}

/** Who serves eight requests, in alphabetical order. */
let round = 0
async function servers(): Promise<readonly unknown[]> {
  round++
  const seen = new Set<unknown>()
  for (let n = 0; n < 8; n++) seen.add(await wayOf(`/who-${round}-${n}`))
  return [...seen].sort()
}

const connected = (): number => world.told('tunnel/connected')

beforeAll(async () => {
  origin = await startOrigin()
  sockets = await startWsOrigin()
  port = await freePort()
  door = await freePort()
  world = await startWorld({ config: config(), ready: [port, door] })
})
afterAll(async () => {
  for (const id of [...agents.keys()]) await end(id)
  await world[Symbol.asyncDispose]()
  await sockets[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

describe('the door for agents', () => {
  const asked = async (method: string, lines: string, version = '1.1'): Promise<string> => {
    await using visitor = await visit({ port: door })
    await visitor.send(`${method} /agent/tunnel HTTP/${version}\r\nHost: 127.0.0.1\r\n${lines}\r\n`)
    const { status, body } = await visitor.answer()
    return `${status} ${body}`.trim()
  }
  const good = `X-P2PStream-Agent-ID: lab-a\r\nAuthorization: Bearer ${TOKEN}\r\n`
  const upgrade = 'Connection: Upgrade\r\nUpgrade: p2pstream-yamux\r\n'

  it.each([
    ['GET', '', '401 agent id required'],
    ['GET', 'X-P2PStream-Agent-ID: nobody\r\nAuthorization: Bearer x\r\n', '401 invalid agent token'],
    [
      'GET',
      `X-P2PStream-Agent-ID: lab-a\r\nAuthorization: Bearer x\r\n${upgrade}`,
      '401 invalid agent token',
    ],
    ['POST', `${good}Content-Length: 0\r\n`, '405 method not allowed'],
    ['GET', good, '400 agent tunnel upgrade required'],
    ['GET', good + upgrade, '426 unsupported tunnel version'],
  ])('answers %s %j with %s', async (method, lines, expected) => {
    expect(await asked(method, lines)).toBe(expected)
  })

  it('changes to nothing in HTTP/1.0', async () => {
    const all = `${good}${upgrade}X-P2PStream-Tunnel-Version: 1\r\n`
    expect(await asked('GET', all, '1.0')).toBe('400 agent tunnel upgrade required')
  })
})

describe('a target behind agents', () => {
  it('is 503 while none has connected, and says why in the record', async () => {
    const reply = await ask('/nobody', { port })
    expect(reply.status).toBe(503)
    const line = await world.accessLine('nobody', access.askedFor('/nobody'))
    expect(line['p2pstream.reason']).toBe('no_agent_available')
  })

  it('is served as soon as they are there, by all of the lowest group', async () => {
    for (const id of IDS) start(id)
    await until('all three are connected', () => connected() === 3, 20_000)
    expect(await servers()).toEqual(['lab-a', 'lab-b'])
  })

  it('takes bodies of any size both ways, and trailers and streams as they come', async () => {
    const body = randomBytes(3 << 20)
    origin.on('/echo', async turn => turn.answer(200, [], await turn.body()))
    const reply = await ask('/echo', { port, method: 'POST', body })
    expect(reply.status).toBe(200)
    expect(reply.body.equals(body)).toBe(true)
  })

  it('keeps its streams for the next request', async () => {
    const before = origin.connections
    await using visitor = await visit({ port })
    for (let n = 0; n < 10; n++) {
      await visitor.send(`GET /kept-${n} HTTP/1.1\r\nHost: a\r\n\r\n`)
      expect((await visitor.answer()).status).toBe(200)
    }
    expect(origin.connections - before).toBeLessThanOrEqual(2)
  })

  it('carries WebSockets', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/echo`)
    await once(socket, 'open')
    const bytes = randomBytes(500_000)
    const back = once(socket, 'message')
    socket.send(bytes)
    const [heard] = (await back) as [Buffer]
    expect(heard.equals(bytes)).toBe(true)
    const closed = once(socket, 'close')
    socket.close(4000)
    expect((await closed)[0]).toBe(4000)
  })

  it('loses a killed agent within a second, and falls to the next group with the last one', async () => {
    await end('lab-b')
    await until('it is gone', () => world.told('tunnel/disconnected') === 1, 5_000)
    expect(await servers()).toEqual(['lab-a'])
    await end('lab-a')
    await until('it is gone', () => world.told('tunnel/disconnected') === 2, 5_000)
    expect(await servers()).toEqual(['spare'])
    start('lab-a')
    start('lab-b')
    await until('they are back', () => connected() === 5, 20_000)
    expect(await servers()).toEqual(['lab-a', 'lab-b'])
  })

  it('follows labels at once, without a reconnect', async () => {
    world.rewrite(config({ label: 'elsewhere' }))
    await until('it holds', () => world.told('config/applied') === 2, 10_000)
    expect(await servers()).toEqual(['lab-a'])
    world.rewrite(config())
    await until('it holds', () => world.told('config/applied') === 3, 10_000)
    expect(await servers()).toEqual(['lab-a', 'lab-b'])
    expect(connected()).toBe(5)
  })

  it('ends the session of an agent whose token has changed, once its streams are over', async () => {
    origin.on('/slow', async turn => {
      await until('the new token holds', () => world.told('config/applied') === 4, 10_000)
      await turn.answer(200, [], 'done')
    })
    const slow = Promise.all(Array.from({ length: 4 }, () => ask('/slow', { port })))
    await until('they are there', () => origin.at('/slow').length === 4)
    world.rewrite(config({ token: 'another' }))
    for (const reply of await slow) expect(reply.status).toBe(200)
    await until('it has left', () => world.told('tunnel/disconnected') === 3, 10_000)
    expect(await servers()).toEqual(['lab-b'])
    await until('it is refused', () => world.told('tunnel/refused') > 0, 10_000)
    world.rewrite(config())
  })
})
