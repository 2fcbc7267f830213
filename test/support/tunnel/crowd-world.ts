// The scene of the tests about many agents: a program that knows them all, and a state folder that outlives it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tokenHash } from '../../../src/base/token.ts'
import { controlSocket } from '../../../src/management/control-socket.ts'
import { AUTHORITY_FILE } from '../../../src/tls/local-authority.ts'
import { askDoor } from '../door.ts'
import { freePort } from '../ports.ts'
import { readScrape, type Scrape } from '../prometheus.ts'
import { startWorld, type World } from '../world.ts'
import { TOKEN } from './server.ts'

export interface CrowdWorld extends Disposable {
  /** Where a direct route answers. */
  readonly web: number
  /** Where the agent `healthy` is gone through. */
  readonly home: number
  /** Where any of the crowd is gone through. */
  readonly crowd: number
  /** The management address. */
  readonly url: string
  readonly ids: readonly string[]
  /** Whom agents have to trust: there once the program has run. */
  readonly ca: string
  /** Starts the program, again on the same ports and with the same state. It listens for visitors when this resolves. */
  start(node?: readonly string[]): Promise<World>
  /** All agents as a program tells of them. */
  agents(world: World): Promise<readonly AgentRow[]>
  scrape(world: World): Promise<Scrape>
}

export interface AgentRow {
  readonly id: string
  readonly state: string
  readonly connects: number
  readonly disconnects: number
}

interface AgentPage {
  readonly data: readonly AgentRow[]
  readonly meta: { readonly total: number }
}

/** `size` agents of a crowd and one that is none of them, in front of an origin. */
export async function openCrowdWorld(size: number, origin: number): Promise<CrowdWorld> {
  const state = mkdtempSync(join(tmpdir(), 'p2pstream-crowd-'))
  const [door, web, home, crowd] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const ids = Array.from({ length: size }, (_, n) => `crowd-${n}`)
  const hash = tokenHash(TOKEN)
  const url = `http://127.0.0.1:${origin}`
  const config = `version: 1
server: { drain_timeout: 2s }
management: { port: ${door}, tls: { mode: auto } }
defaults: { peer: { idle_timeout: 1s } }
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${web} }
  home: { protocol: http, bind: 127.0.0.1, port: ${home} }
  crowd: { protocol: http, bind: 127.0.0.1, port: ${crowd} }
agents:
  healthy: { token_hash: "${hash}", labels: { site: home } }
${ids.map(id => `  ${id}: { token_hash: "${hash}", labels: { site: crowd } }\n`).join('')}routes:
  web: { listener: web, default: true, forward: { targets: [{ url: "${url}" }] } }
  home: { listener: home, default: true, forward: { targets: [{ url: "${url}", transport: agent, agent_selector: { site: home } }] } }
  crowd: { listener: crowd, default: true, forward: { targets: [{ url: "${url}", transport: agent, agent_selector: { site: crowd } }] } }
`
  return {
    web,
    home,
    crowd,
    url: `https://127.0.0.1:${door}`,
    ids,
    get ca() {
      return readFileSync(join(state, AUTHORITY_FILE), 'utf8')
    },
    start: (node = []) =>
      startWorld({ config, ready: [web], env: { STATE_DIRECTORY: state }, node, keepAccess: false }),
    async agents(world) {
      const rows: AgentRow[] = []
      for (;;) {
        const path = `/api/agents?limit=200&offset=${rows.length}`
        const page = (await askDoor(controlSocket(state, world.file), path)).json() as unknown as AgentPage
        rows.push(...page.data)
        if (rows.length >= page.meta.total) return rows
      }
    },
    async scrape(world) {
      return readScrape((await askDoor(controlSocket(state, world.file), '/metrics')).text)
    },
    [Symbol.dispose]() {
      rmSync(state, { recursive: true, force: true })
    },
  }
}
