// The scene of the tests about traffic through agents: an origin, the program, and a real agent for each name, over TLS.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tokenHash } from '../../../src/base/token.ts'
import { AUTHORITY_FILE } from '../../../src/tls/local-authority.ts'
import { type Origin, startOrigin } from '../origin.ts'
import { freePort } from '../ports.ts'
import { until } from '../until.ts'
import { startWorld, type World } from '../world.ts'
import { type AgentProcess, startAgentProcess, TOKEN } from './server.ts'

/** What a file of the scene is made of. */
export interface LabParts {
  /** `management` and the listener `web`. */
  readonly top: string
  /** `token_hash: "..."`, of every agent. */
  readonly token: string
  /** Of the origin. */
  readonly url: string
}

export interface Lab extends AsyncDisposable {
  readonly world: World
  readonly origin: Origin
  /** Of the listener `web`. */
  readonly port: number
  /** In the order of their names. */
  readonly agents: readonly AgentProcess[]
  readonly parts: LabParts
}

/** Every agent is connected when this resolves. `management`: more of its keys. */
export async function startLab(
  ids: readonly string[],
  config: (parts: LabParts) => string,
  management = '',
): Promise<Lab> {
  const origin = await startOrigin()
  const [port, door] = [await freePort(), await freePort()]
  const parts: LabParts = {
    top: `version: 1
management: { port: ${door}, tls: { mode: auto }${management === '' ? '' : `, ${management}`} }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
`,
    token: `token_hash: "${tokenHash(TOKEN)}"`,
    url: `http://127.0.0.1:${origin.port}`,
  }
  const world = await startWorld({ config: config(parts), ready: [port, door] })
  const ca = readFileSync(join(world.dir, 'state', AUTHORITY_FILE)).toString('base64')
  const env = { MANAGEMENT_CA_PEM_BASE64: ca }
  const agents = ids.map(id => startAgentProcess(`https://127.0.0.1:${door}`, id, { env }))
  const lab: Lab = {
    world,
    origin,
    port,
    agents,
    parts,
    async [Symbol.asyncDispose]() {
      for (const agent of agents) await agent[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
      await origin[Symbol.asyncDispose]()
    },
  }
  try {
    await until('all agents are there', () => world.told('tunnel/connected') === ids.length)
  } catch (error) {
    await lab[Symbol.asyncDispose]()
    throw error
  }
  return lab
}
