// The server's end of tunnels behind a plain node:http server, and agents as real processes that come to it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { systemClock } from '../../../src/base/clock.ts'
import type { Failure } from '../../../src/base/failure.ts'
import { tokenHash } from '../../../src/base/token.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import type { Log } from '../../../src/observe/log.ts'
import { Attempts } from '../../../src/state/attempts.ts'
import { acceptTunnel, type Caller, refuseTunnel, type TunnelParts } from '../../../src/tunnel/accept.ts'
import { TUNNEL_PATH } from '../../../src/tunnel/handshake.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { openThrough } from '../../../src/tunnel/open.ts'
import { writeOpen } from '../../../src/tunnel/preamble.ts'
import type { AgentTerms } from '../../../src/tunnel/report.ts'
import { openRoster, type Roster } from '../../../src/tunnel/roster.ts'
import { LAUNCHER } from '../world.ts'

export const TOKEN = 'a-token-of-a-test'

/** An agent as a file would have it. */
export function agentTerms(id: string, more: Partial<AgentTerms> = {}): AgentTerms {
  return {
    id,
    tokenHash: tokenHash(TOKEN),
    enabled: true,
    maxStreams: 1024,
    ...more,
  }
}

export interface TunnelServer extends AsyncDisposable {
  readonly roster: Roster
  readonly parts: TunnelParts
  readonly port: number
  readonly url: string
  /** `agent available`, `agent gone`, in order. */
  readonly changes: string[]
  readonly told: string[]
  /** A connection through an agent. */
  open(agentId: string, address: string, timeout?: number): Promise<MuxStream | Failure>
  /** Cuts every connection and listens no more; the roster stays. */
  restart(): Promise<void>
}

export interface Secure {
  readonly key: string
  readonly cert: string
}

const callerOf = (request: IncomingMessage): Caller => ({
  peer: request.socket.remoteAddress ?? '',
  certified: undefined,
})

/** Listens on a free port of loopback. */
export async function startTunnelServer(
  agents: readonly AgentTerms[],
  { secure, drainTimeout = 5_000 }: { readonly secure?: Secure; readonly drainTimeout?: number } = {},
): Promise<TunnelServer> {
  const clock = systemClock()
  const wheel = startWheel(clock)
  const changes: string[] = []
  const told: string[] = []
  const tell = (event: string, fields: object = {}): void =>
    void told.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { trace: tell, debug: tell, info: tell, warn: tell, error: tell }
  const roster = openRoster({
    clock,
    drainTimeout: () => drainTimeout,
    noted: () => undefined,
    changed: (id, isAvailable) => void changes.push(`${id} ${isAvailable ? 'available' : 'gone'}`),
  })
  roster.adopt(agents)
  const parts: TunnelParts = {
    clock,
    wheel,
    log,
    roster,
    attempts: new Attempts(clock),
    pings: () => ({ pingInterval: 1_000, pingTimeout: 1_000 }),
  }
  const sockets = new Set<import('node:net').Socket>()
  const make = (): Server => {
    const server = secure === undefined ? createServer() : createSecureServer(secure)
    server.on('connection', socket => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    server.on('upgrade', (request, socket, early) => {
      if (request.url === TUNNEL_PATH) acceptTunnel(request, socket, early, callerOf(request), parts)
      else socket.destroy()
    })
    server.on('request', (request, response) => {
      const { status, text } =
        request.url === TUNNEL_PATH
          ? refuseTunnel(request, callerOf(request), parts)
          : { status: 404, text: 'not found' }
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`)
    })
    return server
  }
  let server = make().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    roster,
    parts,
    port,
    url: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    changes,
    told,
    open: (agentId, to, timeout = 10_000) =>
      new Promise(resolve =>
        openThrough(roster, wheel, agentId, { frame: writeOpen('r', to), timeout }, resolve),
      ),
    async restart() {
      await stop()
      server = make().listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async [Symbol.asyncDispose]() {
      await stop()
      wheel.stop()
    },
  }
}

export interface AgentProcess extends AsyncDisposable {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

/** `p2pstream agent`, for one server. */
export function startAgentProcess(
  url: string,
  id: string,
  { flags = [], token = TOKEN, env = {} }: { flags?: readonly string[]; token?: string; env?: object } = {},
): AgentProcess {
  const isPlain = url.startsWith('http:')
  const child = spawn(
    process.execPath,
    [LAUNCHER, 'agent', '--management-url', url, '--agent-id', id, '--log-level', 'debug']
      .concat(isPlain ? ['--allow-insecure-management'] : [])
      .concat(flags),
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, AGENT_TOKEN: token, ...env } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', text => {
      said += text
    })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    said: () => said,
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
