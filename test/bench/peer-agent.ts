// p2pstream with an agent in between: node peer-agent.ts PORT TLS_PORT ORIGIN_PORT CHECK_PORT CERT_FILE KEY_FILE LOG
// Both are children of this process, which only waits: what the three use together is what a request costs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tokenHash } from '../../src/base/token.ts'
import { freePort } from '../support/ports.ts'
import { LAUNCHER } from '../support/world.ts'
import { HOST } from './loads.ts'

const [port, tlsPort, originPort, checkPort] = process.argv.slice(2, 6)
const [certFile, keyFile, log] = process.argv.slice(6)
const TOKEN = 'a-token-of-the-benchmark'
const door = await freePort()
const file = join(process.cwd(), 'p2pstream.yaml')
const state = { STATE_DIRECTORY: join(process.cwd(), 'state') }

const common = `version: 1
logging: { level: warn, access: { enabled: ${log === 'on'} } }
management: { port: ${door}, tls: { mode: off } }
agents:
  near: { token_hash: "${tokenHash(TOKEN)}" }
`
const behind = (at: string | undefined): string =>
  `{ targets: [{ url: "http://127.0.0.1:${at}", preserve_host: true, transport: agent, agent_selector: { p2pstream.io/agent-id: near } }] }`
const complete = `${common}listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
  tls: { protocol: https, bind: 127.0.0.1, port: ${tlsPort}, tls: { min_version: "1.3" } }
certificates:
  bench: { cert_file: ${certFile}, key_file: ${keyFile} }
routes:
  check: { listener: [web, tls], priority: 10, match: { host: ${HOST}, path_prefix: /check }, forward: ${behind(checkPort)} }
  origin: { listener: [web, tls], match: { host: ${HOST}, path_prefix: / }, forward: ${behind(originPort)} }
`

const run = (...args: readonly string[]) =>
  spawn(process.execPath, [LAUNCHER, ...args], {
    env: { ...process.env, ...state, AGENT_TOKEN: TOKEN },
    stdio: ['ignore', 'inherit', 'inherit'],
  })

writeFileSync(file, `${common}routes: {}\n`)
const server = run('run', '-c', file)
const url = `http://127.0.0.1:${door}`
const agent = run(
  'agent',
  '--management-url',
  url,
  '--agent-id',
  'near',
  '--allow-insecure-management',
  '--log-level',
  'error',
)
process.on('SIGTERM', () => {
  agent.kill('SIGKILL')
  server.kill('SIGTERM')
  server.once('exit', () => process.exit())
})
for (;;) {
  const [code] = await once(run('agents', 'wait', 'near', '-c', file, '--timeout', '1s'), 'exit')
  if (code === 0) break
}
// Visitors are let in by a reload, once there is somebody to take them to.
writeFileSync(file, complete)
