// What an agent says of itself, and what `agents doctor` finds out about it.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { tokenHash } from '../../src/base/token.ts'
import { startWheel } from '../../src/net/wheel.ts'
import { MuxSession } from '../../src/tunnel/mux/session.ts'
import { DEFAULT_TERMS } from '../../src/tunnel/mux/terms.ts'
import { writeAnswer } from '../../src/tunnel/preamble.ts'
import { askDoor, type Called, command, socketOf } from '../support/door.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask } from '../support/raw.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let origin: Origin
let world: World
let port: number
let door: number
let agent: AgentProcess

beforeAll(async () => {
  origin = await startOrigin()
  port = await freePort()
  door = await freePort()
  world = await startWorld({
    config: `version: 1
management: { port: ${door}, tls: { mode: off } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
agents:
  lab: { token_hash: "${tokenHash(TOKEN)}", allow_targets: ["127.0.0.1"] }
  other: { token_hash: "${tokenHash(TOKEN)}" }
upstreams:
  app:
    targets:
      - id: one
        url: http://127.0.0.1:${origin.port}
        transport: agent
        agent_selector: { p2pstream.io/agent-id: lab }
      - { id: direct, url: "http://127.0.0.1:${origin.port}" }
routes: { app: { listener: web, default: true, forward: { upstream: app } } }
`,
    ready: [port, door],
  })
  agent = startAgentProcess(`http://127.0.0.1:${door}`, 'lab')
  await until('it is connected', () => world.told('tunnel/connected') === 1)
})
afterAll(async () => {
  await agent[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

const doctor = (...args: readonly string[]): Promise<Called> => command(world, ['agents', 'doctor', ...args])

interface Reported {
  readonly resident_bytes: number
  readonly bytes_sent: number
  readonly streams: number
}

async function reported(id: string): Promise<Reported | undefined> {
  const { json } = await askDoor(socketOf(world), '/api/agents')
  const rows = json()['data'] as { readonly id: string; readonly reported?: Reported }[]
  return rows.find(row => row.id === id)?.reported
}

describe('an agent', () => {
  it('tells what it uses as soon as it is connected', async () => {
    const figures = await until('it has told', () => reported('lab'))
    expect(figures.resident_bytes).toBeGreaterThan(10_000_000)
    expect(figures.streams).toBe(0)
  })
})

describe('agents doctor', () => {
  it('measures the way to an agent and back, beside what goes through it', async () => {
    const [found, reply] = await Promise.all([doctor('lab', '--format', 'json'), ask('/', { port })])
    expect(reply.status).toBe(200)
    expect(found).toMatchObject({ code: 0, err: '' })
    const told = JSON.parse(found.out)
    expect(told.round_trips_ms).toHaveLength(10)
    for (const way of [told.to_agent, told.from_agent]) {
      expect(way.bytes).toBeGreaterThan(1_000_000)
      expect(way.bytes_per_second).toBeGreaterThan(1_000_000)
    }
    expect(told.dial).toBeUndefined()
  })

  it('has the agent connect to an address, or to the target of a route', async () => {
    const address = `127.0.0.1:${origin.port}`
    const dialed = await doctor('lab', '--dial', address)
    expect(dialed.code).toBe(0)
    expect(dialed.out).toMatch(
      new RegExp(`^lab\n  round trip  .* ms.*\n.*MB/s.*\n.*MB/s.*\n  ${address} +connected in `),
    )
    const routed = await doctor('lab', '--route', 'app', '--target', 'one')
    expect(routed.code).toBe(0)
    expect(routed.out).toContain(`${address} `)
  })

  it('says what an origin answers that isn’t there, and ends with 1', async () => {
    const { code, out } = await doctor('lab', '--dial', `127.0.0.1:${await freePort()}`)
    expect(code).toBe(1)
    expect(out).toContain('agent_dial_failed')
  })

  it.each<readonly [string, readonly string[], string]>([
    ['an agent that nobody knows', ['nobody'], 'has no agent "nobody"'],
    ['one that isn’t connected', ['other'], 'takes no stream: never_seen'],
    [
      'an address that the file doesn’t allow',
      ['lab', '--dial', '10.0.0.1:80'],
      'allow_targets of agent "lab"',
    ],
    ['what is no address', ['lab', '--dial', 'here'], 'host:port'],
    [
      'a target that another way leads to',
      ['lab', '--route', 'app', '--target', 'direct'],
      'is not reached through',
    ],
    ['a route that isn’t there', ['lab', '--route', 'x', '--target', 'one'], 'no route "x"'],
  ])('refuses %s', async (_, args, words) => {
    const { code, err } = await doctor(...args)
    expect(code).toBe(1)
    expect(err).toContain(words)
  })

  it.each<readonly [readonly string[]]>([
    [[]],
    [['lab', 'other']],
    [['lab', '--route', 'app']],
    [['lab', '--dial', 'a:1', '--route', 'app', '--target', 'one']],
  ])('wants to be asked properly: %j', async args => {
    expect((await doctor(...args)).code).toBe(64)
  })

  it('says of an agent of another make that it measures nothing', async () => {
    const socket = connect({ host: '127.0.0.1', port: door })
    socket.write(
      `GET /agent/tunnel HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nX-P2PStream-Agent-ID: other\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\nX-P2PStream-Tunnel-Version: 1\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    // The first frames may come in one piece with the head.
    const early = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
    const clock = systemClock()
    const wheel = startWheel(clock)
    let asked = 0
    const session = new MuxSession(
      socket,
      'client',
      DEFAULT_TERMS,
      { clock, wheel },
      {
        accepted(stream) {
          asked++
          stream.end(writeAnswer({ ok: false, kind: 'invalid_open_request', detail: 'network is not tcp' }))
          stream.resume()
        },
        ended: () => undefined,
      },
      early,
    )
    socket.resume()
    await until('it was asked for its figures', () => asked === 1)
    const { code, out } = await doctor('other')
    expect(code).toBe(0)
    expect(out).toContain('this agent measures nothing')
    expect(await reported('other')).toBeUndefined()
    session.close()
    wheel.stop()
  })
})
