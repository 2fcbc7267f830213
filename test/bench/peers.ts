// The proxies that are compared, each with the same job: one host, everything to one origin, `/check/` to another, X-Forwarded-* set.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LAUNCHER } from '../support/world.ts'
import { caddy } from './caddy.ts'
import { haproxy } from './haproxy.ts'
import { HOST } from './loads.ts'
import { nginx } from './nginx.ts'
import type { Peer, Stand } from './stand.ts'
import { PROXY_CORE } from './tools.ts'
import { unitEnvironment } from './unit.ts'

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const fromNpm = (name: string, file: string, cannot: Peer['cannot'] = {}): Peer => ({
  name,
  program: undefined,
  cannot,
  start({ dir, port, tlsPort, certificate, originPort, checkPort }) {
    const numbers = [port, tlsPort, originPort, checkPort].map(String)
    const files = [certificate.certFile, certificate.keyFile]
    const command = [process.execPath, fileOf(file), ...numbers, ...files]
    return {
      core: PROXY_CORE,
      command,
      ports: [port, tlsPort],
      cwd: dir,
      env: { NODE_ENV: 'production' },
    }
  },
})

const p2pstreamConfig = (stand: Stand): string => `version: 1
logging: { level: warn, access: { enabled: ${stand.isLogging} } }
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${stand.port} }
  tls: { protocol: https, bind: 127.0.0.1, port: ${stand.tlsPort}, tls: { min_version: "1.3" } }
certificates:
  bench: { cert_file: ${stand.certificate.certFile}, key_file: ${stand.certificate.keyFile} }
routes:
  check:
    listener: [web, tls]
    priority: 10
    match: { host: ${HOST}, path_prefix: /check }
    forward: { targets: [{ url: "http://127.0.0.1:${stand.checkPort}", preserve_host: true }] }
  origin:
    listener: [web, tls]
    match: { host: ${HOST}, path_prefix: / }
    forward: { targets: [{ url: "http://127.0.0.1:${stand.originPort}", preserve_host: true }] }
`

const p2pstreamOf = (name: string, launcher: string): Peer => ({
  name,
  program: undefined,
  start(stand) {
    const file = join(stand.dir, 'p2pstream.yaml')
    writeFileSync(file, p2pstreamConfig(stand))
    return {
      core: PROXY_CORE,
      command: [process.execPath, launcher, 'run', '-c', file],
      ports: [stand.port, stand.tlsPort],
      cwd: stand.dir,
      env: unitEnvironment(),
      ...(stand.isLogging ? { output: stand.logFile } : {}),
    }
  },
})

/** Another version of this project, from the folder that it was checked out into. */
export const beside = (folder: string): Peer =>
  p2pstreamOf(`p2pstream in ${folder}`, resolve(folder, 'src', 'launch.js'))

const throughAgent: Peer = {
  name: 'p2pstream through an agent',
  program: undefined,
  start({ dir, port, tlsPort, certificate, originPort, checkPort, isLogging, logFile }) {
    const numbers = [port, tlsPort, originPort, checkPort].map(String)
    const rest = [certificate.certFile, certificate.keyFile, isLogging ? 'on' : 'off']
    return {
      core: PROXY_CORE,
      command: [process.execPath, fileOf('peer-agent.ts'), ...numbers, ...rest],
      ports: [port, tlsPort],
      cwd: dir,
      env: unitEnvironment(),
      ...(isLogging ? { output: logFile } : {}),
    }
  },
}

/** The first is the measure of all others. */
export const PEERS: readonly Peer[] = [
  nginx(false),
  nginx(true),
  p2pstreamOf('p2pstream', LAUNCHER),
  throughAgent,
  haproxy,
  caddy,
  fromNpm('http-proxy-3', 'peer-http-proxy-3.ts', {
    h2: 'its requests are copies of HTTP/1.1 ones; pseudo-headers break them',
    websocket: 'its script here answers no upgrade',
  }),
  fromNpm('@fastify/http-proxy', 'peer-fastify.ts'),
]
