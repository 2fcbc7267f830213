// The tunnel between ours and the seed's: an agent in Go at our server, and ours at a server in Go, both on hashicorp/yamux.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { tokenHash } from '../../src/base/token.ts'
import { askDoor, socketOf } from '../support/door.ts'
import { buildGo } from '../support/go.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { type GoSide, startGoSide } from '../support/tunnel/go.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const folder = mkdtempSync(join(tmpdir(), 'p2pstream-go-'))
const program = buildGo('go-p2pstream', folder) ?? ''
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const BODY = randomBytes(3_000_000)

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin()
  origin.on('/large', turn => turn.answer(200, [], BODY))
  origin.on('/digest', async turn => turn.answer(200, [], sha256(await turn.body())))
})
afterAll(() => origin[Symbol.asyncDispose]())

describe.skipIf(program === '')('an agent in Go', () => {
  let world: World
  let sockets: WsOrigin
  let port: number
  let agent: GoSide
  beforeAll(async () => {
    sockets = await startWsOrigin()
    port = await freePort()
    const [door, closed] = [await freePort(), await freePort()]
    const route = (id: string, at: number, match: string): string =>
      `  ${id}: { listener: web, ${match}, forward: { targets: [{ url: "http://127.0.0.1:${at}", transport: agent, agent_selector: { p2pstream.io/agent-id: lab } }] } }`
    world = await startWorld({
      config: `version: 1
management: { port: ${door}, tls: { mode: off } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
agents: { lab: { token_hash: "${tokenHash(TOKEN)}" } }
routes:
${route('all', origin.port, 'default: true')}
${route('closed', closed, 'match: { path: /closed }')}
${route('ws', sockets.port, 'match: { path: /ws }, rewrite: { strip_prefix: /ws }')}
`,
      ready: [port, door],
    })
    agent = startGoSide(program, [
      '-role',
      'agent',
      '-connect',
      `127.0.0.1:${door}`,
      '-id',
      'lab',
      '-token',
      TOKEN,
    ])
    await agent.saying(/^connected$/)
  })
  afterAll(async () => {
    await agent[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
  })

  it('serves requests at once and one after the other', async () => {
    for (let round = 0; round < 4; round++) {
      const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(`/${round}/${n}`, { port })))
      expect(replies.map(({ status }) => status)).toEqual(Array(50).fill(200))
    }
  })

  it('carries bodies both ways', async () => {
    const down = await ask('/large', { port })
    expect(sha256(down.body)).toBe(sha256(BODY))
    await using visitor = await visit({ port })
    await visitor.send(`POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY.length}\r\n\r\n`)
    await visitor.send(BODY)
    expect((await visitor.answer('POST')).body.toString()).toBe(sha256(BODY))
  })

  it('carries WebSockets', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
    const heard = new Promise<string>(resolve => socket.once('message', data => resolve(String(data))))
    socket.once('open', () => socket.send('hello'))
    expect(await heard).toBe('hello')
    socket.close()
  })

  it('says that it can’t dial, and the tunnel goes on', async () => {
    expect((await ask('/closed', { port })).status).toBe(502)
    const line = await world.accessLine('/closed', ({ 'url.path': path }) => path === '/closed')
    expect(line['p2pstream.reason']).toBe('agent_dial_failed')
    expect((await ask('/after', { port })).status).toBe(200)
  })

  it('loses nothing when a visitor leaves in the middle', async () => {
    const [leaving, staying] = [await visit({ port }), await visit({ port })]
    await leaving.send('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
    await staying.send('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
    await leaving.answerHead()
    leaving.reset()
    expect(sha256((await staying.answer()).body)).toBe(sha256(BODY))
    await staying[Symbol.asyncDispose]()
  })

  it('is shown with 64 streams and without figures, and was connected once all the time', async () => {
    const [row] = (await askDoor(socketOf(world), '/api/agents')).json()['data'] as Record<string, unknown>[]
    expect(row).toMatchObject({ state: 'connected', connects: 1, disconnects: 0, version: '' })
    expect(row?.['reported']).toBeUndefined()
    expect(agent.said()).toEqual(['connected'])
  })
})

describe.skipIf(program === '')('a server in Go', () => {
  let server: GoSide
  let agent: AgentProcess
  let url: string
  beforeAll(async () => {
    const port = await freePort()
    const address = `127.0.0.1:${port}`
    server = startGoSide(program, ['-role', 'server', '-listen', address, '-id', 'lab', '-token', TOKEN])
    await server.saying(/^listening$/)
    agent = startAgentProcess(`http://${address}`, 'lab', {
      flags: ['--agent-name', 'ours', '--connections', '4'],
    })
    await server.saying(/^agent "ours"$/)
    url = `http://127.0.0.1:${origin.port}`
  })
  afterAll(async () => {
    await agent[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('gets answers and sends bodies through ours', async () => {
    for (let n = 0; n < 5; n++) expect(await server.obey(`get ${url}/${n}`)).toMatch(/^200 /)
    expect(await server.obey(`get ${url}/large`)).toBe(`200 ${BODY.length} ${sha256(BODY)}`)
    const sent = sha256(Buffer.alloc(5_000_000, 'x'))
    expect(await server.obey(`post ${url}/digest 5000000`)).toBe(`200 64 ${sha256(Buffer.from(sent))}`)
  })

  it.each<readonly [string, string, string]>([
    ['another version', 'raw 2 tcp 127.0.0.1:1', 'ok=false unsupported_version'],
    ['another network', 'raw 1 udp 127.0.0.1:1', 'ok=false invalid_open_request'],
    ['no port', 'raw 1 tcp 127.0.0.1', 'ok=false invalid_open_request'],
    ['a frame of 16385 bytes', 'long', 'ok=false invalid_open_request'],
    ['a closed port', 'raw 1 tcp 127.0.0.1:1', 'ok=false dial_failed'],
    ['an address that is never named', 'raw 1 tcp 169.254.169.254:80', 'ok=false dial_forbidden'],
  ])('is told what is wrong with %s, and the session lives', async (_, command, answer) => {
    expect(await server.obey(command)).toBe(answer)
    expect(await server.obey(`get ${url}/still`)).toMatch(/^200 /)
  })

  it('sees one connection of ours, for it knows no lanes', async () => {
    expect(server.said().filter(line => line.startsWith('agent '))).toHaveLength(1)
    await until('the agent has nothing else to say', () => agent.said().includes('agent/connected'))
    expect(agent.said()).not.toContain('agent/disconnected')
  })
})
