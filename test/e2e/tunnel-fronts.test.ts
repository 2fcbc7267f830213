// examples/agent-tunnel.yaml with each proxy of examples/agent-tunnel/ in front, as they stand but for ports and paths.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { tokenHash } from '../../src/base/token.ts'
import { type Authority, openAuthority, type Pair } from '../support/certificates.ts'
import { type Changes, exampleText, replaced } from '../support/example-text.ts'
import { isInstalled } from '../support/front.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, askOn, type Reply } from '../support/raw.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { FRONTS, type FrontKind, startTunnelFront, type TunnelFront } from '../support/tunnel/fronts.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const NAME = 'proxy.example.com'
/** Seconds between two pings of the server: as few as can be. The agent's come every 20 s. */
const PING = 5
/** Seconds that the front allows a tunnel to be silent. */
const LONGER = PING + 2
const SHORTER = PING - 1

let authority: Authority
let pair: Pair
let origin: Origin
let sockets: WsOrigin
beforeAll(async () => {
  authority = openAuthority('an authority of the public')
  pair = authority.sign({ hosts: ['localhost', NAME] })
  origin = await startOrigin()
  sockets = await startWsOrigin()
})
afterAll(async () => {
  authority[Symbol.dispose]()
  await origin[Symbol.asyncDispose]()
  await sockets[Symbol.asyncDispose]()
})

interface Scene extends AsyncDisposable {
  readonly world: World
  readonly agent: AgentProcess
  /** Of visitors. */
  readonly web: number
  /** The management address itself. */
  readonly door: number
  askFront(path: string, fields?: readonly (readonly [string, string])[], from?: string): Promise<Reply>
}

/** The server, the front and the agent of the example. */
async function startScene(kind: FrontKind, changes: Changes): Promise<Scene> {
  const web = await freePort()
  const door = await freePort()
  const config = replaced(exampleText('agent-tunnel.yaml'), {
    'port: 8080': `port: ${web}`,
    'port: 8081': `port: ${door}`,
    'ping_interval: 20s': `ping_interval: ${PING}s`,
    'sha256:53e93c1eef5a5fdfdf8257cac8296e949109f28f0849941085b5ef5a35c911cb': tokenHash(TOKEN),
    'http://media.local:8096': `http://127.0.0.1:${origin.port}`,
    'routes:\n': `routes:
  socket:
    listener: web
    match: { path: /socket }
    forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}", transport: agent, agent_selector: { site: home } }] }
`,
  })
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await startWorld({ config, ready: [web, door] }))
  const front: TunnelFront = stack.use(await startTunnelFront(kind, { dir: world.dir, door, pair, changes }))
  const ca = Buffer.from(authority.cert).toString('base64')
  const env = { MANAGEMENT_CA_PEM_BASE64: ca }
  const agent = stack.use(startAgentProcess(`https://localhost:${front.port}`, 'home', { env }))
  const all = stack.move()
  return {
    world,
    agent,
    web,
    door,
    async askFront(path, fields = [], from = '127.0.0.1') {
      await using visitor = await shakeHands(front.port, { servername: NAME }, from)
      return await askOn(visitor, path, { host: NAME, fields })
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** Events of one name that an agent told. */
function told({ agent }: Scene, event: string): readonly Readonly<Record<string, unknown>>[] {
  return agent
    .said()
    .split('\n')
    .filter(line => line.includes(`"event":"${event}"`))
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

const allowing = (kind: FrontKind, seconds: number): Changes =>
  kind.idle === undefined ? {} : { [kind.idle]: kind.idle.replace('5m', `${seconds}s`) }

// Side by side, because what is claimed takes its time.
describe.concurrent.each(FRONTS)('$example', kind => {
  const isHere = isInstalled(kind.program, kind.flag)

  describe.skipIf(!isHere)('as it stands', () => {
    let scene: Scene
    beforeAll(async () => {
      scene = await startScene(kind, allowing(kind, LONGER))
      await until('the agent is connected', () => told(scene, 'agent/connected').length === 1)
    })
    afterAll(() => scene?.[Symbol.asyncDispose]())

    it('lets requests through to what is behind the agent', async () => {
      const host = 'media.example.com'
      expect((await ask('/a', { port: scene.web, host })).status).toBe(200)
      const body = randomBytes(1 << 20)
      origin.on('/echo', async turn => turn.answer(200, [], await turn.body()))
      const reply = await ask('/echo', { port: scene.web, host, method: 'POST', body })
      expect(reply.body.equals(body)).toBe(true)
    })

    it('lets WebSockets through', async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${scene.web}/socket`)
      await once(socket, 'open')
      const bytes = randomBytes(300_000)
      const back = once(socket, 'message')
      socket.send(bytes)
      expect((await back)[0].equals(bytes)).toBe(true)
      const closed = once(socket, 'close')
      socket.close(4000)
      expect((await closed)[0]).toBe(4000)
    })

    it('says that the server is up', async () => {
      const { status, body } = await scene.askFront('/-/healthy')
      expect([status, JSON.parse(body.toString())]).toEqual([200, { healthy: true }])
    })

    it.each([
      '/',
      '/-/ready',
      '/-/config',
      '/api/agents',
      '/api/status',
      '/metrics',
      '/agent/tunnel/',
      '/agent/tunnel/../../api/agents',
      '/agent/tunnel/..%2f..%2fapi/agents',
      '/-/healthy/../../api/agents',
      '//api/agents',
    ])('has nothing at %s', async path => {
      expect((await scene.askFront(path)).status).toBe(404)
      const upgrade = [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'p2pstream-yamux'],
      ] as const
      expect((await scene.askFront(path, upgrade)).status).toBe(404)
    })

    it('is the first of two that keep them closed: whom a proxy passes on needs a token', async () => {
      const passedOn = (fields: readonly (readonly [string, string])[]) =>
        ask('/api/agents', { port: scene.door, host: NAME, fields })
      expect((await passedOn([])).status).toBe(200)
      expect((await passedOn([['X-Forwarded-For', '192.0.2.1']])).status).toBe(401)
    })

    it('lets a stranger guess ten times, whatever it says of itself, and nobody else waits for it', async () => {
      const guess = async (n: number, from: string): Promise<number> => {
        const fields = [
          ['X-P2PStream-Agent-ID', 'home'],
          ['Authorization', 'Bearer wrong'],
          ['X-Forwarded-For', `192.0.2.${n}`],
        ] as const
        return (await scene.askFront('/agent/tunnel', fields, from)).status
      }
      for (let n = 0; n < 10; n++) expect(await guess(n, '127.0.0.2')).toBe(401)
      expect(await guess(11, '127.0.0.2')).toBe(429)
      expect(await guess(12, '127.0.0.3')).toBe(401)
    })

    it('turns strangers away from the tunnel in the words of the server', async () => {
      const { status, body } = await scene.askFront('/agent/tunnel')
      expect([status, body.toString()]).toEqual([401, 'agent id required\n'])
    })

    it('keeps a tunnel on which nothing but pings passes', async () => {
      await pause(2000 * LONGER)
      expect(told(scene, 'agent/disconnected')).toEqual([])
      expect(scene.world.told('tunnel/connected')).toBe(1)
    })
  })

  it.skipIf(!isHere || kind.idle === undefined)(
    'with too short a timeout is suspected by the agent',
    async () => {
      await using scene = await startScene(kind, allowing(kind, SHORTER))
      await until('it has a suspicion', () => told(scene, 'agent/cut-regularly').length > 0)
      expect(told(scene, 'agent/disconnected').map(({ reason }) => reason)).toEqual(
        Array(3).fill('carrier_closed'),
      )
      const [{ level, age_ms: age } = {}] = told(scene, 'agent/cut-regularly')
      expect(level).toBe('warn')
      expect(age).toBeGreaterThan(1000 * SHORTER - 500)
      expect(age).toBeLessThan(1000 * PING)
    },
  )
})

const DROPPING: readonly (readonly [program: string, Changes])[] = [
  ['nginx', { 'proxy_set_header Upgrade $http_upgrade;': '', 'proxy_set_header Connection upgrade;': '' }],
  ['nginx', { 'proxy_http_version 1.1;': '' }],
  [
    'haproxy',
    { 'default_backend p2pstream\n': 'default_backend p2pstream\n  http-request del-header Upgrade\n' },
  ],
  ['caddy', { '# A reload': 'header_up -Upgrade\n# A reload' }],
]

describe.concurrent.each(DROPPING)('%s that drops the upgrade', (program, changes) => {
  const kind = FRONTS.find(front => front.program === program)
  it.skipIf(kind === undefined || !isInstalled(program, kind.flag))(
    'is named to whoever reads the agent’s log',
    async () => {
      if (kind === undefined) throw new Error(`no front ${program}`)
      await using scene = await startScene(kind, changes)
      const [event] = await until('it has failed', () => {
        const events = told(scene, 'agent/not-connected')
        return events.length > 0 && events
      })
      expect(event).toMatchObject({
        level: 'warn',
        kind: 'no_tunnel',
        why: 'status 400: a proxy in between dropped the upgrade',
      })
    },
  )
})
