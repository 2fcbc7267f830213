// Agents that need a certificate beside their token.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenHash } from '../../src/base/token.ts'
import { type Authority, openAuthority, type Wanted } from '../support/certificates.ts'
import { askDoor, socketOf } from '../support/door.ts'
import { freePort } from '../support/ports.ts'
import { startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let ours: Authority
let foreign: Authority
let world: World
let door: number

beforeAll(async () => {
  ours = openAuthority('ours')
  foreign = openAuthority('foreign')
  door = await freePort()
  const own = ours.sign({ hosts: ['127.0.0.1'] })
  world = await startWorld({
    config: `version: 1
management:
  port: ${door}
  tls: { mode: provided, cert_file: m.pem, key_file: m.key, client_ca_file: ca.pem }
agents:
  one: { token_hash: "${tokenHash(TOKEN)}" }
routes: {}
`,
    files: { 'm.pem': own.cert, 'm.key': own.key, 'ca.pem': ours.cert },
    ready: [door],
  })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  ours[Symbol.dispose]()
  foreign[Symbol.dispose]()
})

const forAgent = (id: string): Wanted => ({
  hosts: ['agents.test'],
  uris: [`spiffe://p2pstream/agent/${id}`],
  isClient: true,
})

/** The flags with which an agent shows a certificate. */
function showing(authority: Authority, wanted: Wanted): readonly string[] {
  const { cert, key } = authority.sign(wanted)
  const files = { cert: join(world.dir, 'agent.pem'), key: join(world.dir, 'agent.key') }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  return ['--tls-cert-file', files.cert, '--tls-key-file', files.key]
}

/** An agent that comes with these flags, until it says something that fits. */
async function whatBecomesOf(flags: readonly string[], word: RegExp): Promise<string> {
  const ca = join(world.dir, 'ca.pem')
  const options = { flags: ['--management-ca-file', ca, ...flags] }
  await using agent = startAgentProcess(`https://127.0.0.1:${door}`, 'one', options)
  return await until(`the agent says ${word}`, () => word.exec(agent.said())?.[0])
}

describe('client_ca_file of the management address', () => {
  it('lets an agent in with its token and a certificate for it', async () => {
    await whatBecomesOf(showing(ours, forAgent('one')), /agent\/connected/)
    await until('the server knows', () => world.told('tunnel/connected') === 1)
  })

  it.each<readonly [string, () => readonly string[], RegExp]>([
    ['without a certificate', () => [], /client certificate required/],
    ['with that of another agent', () => showing(ours, forAgent('two')), /is not for this agent/],
    [
      'with its id as a plain name',
      () => showing(ours, { hosts: ['one'], isClient: true }),
      /client certificate required/,
    ],
    ['with one that a foreigner signed', () => showing(foreign, forAgent('one')), /"kind":"unreachable"/],
    [
      'with one that is for servers',
      () => showing(ours, { ...forAgent('one'), isClient: false }),
      /"kind":"unreachable"/,
    ],
  ])('lets no agent in %s', async (_, flags, word) => {
    const before = world.told('tunnel/connected')
    await whatBecomesOf(flags(), word)
    expect(world.told('tunnel/connected')).toBe(before)
  })

  it('asks operators for none', async () => {
    expect((await askDoor(door, '/api/agents', { ca: ours.cert })).status).toBe(200)
    expect((await askDoor(socketOf(world), '/-/ready')).status).toBe(200)
  })
})
