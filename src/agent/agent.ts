// An agent: a tunnel to each of its servers, and what comes through them dialled where the list allows it.
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { openReadBuffers } from '../net/read-buffers.ts'
import { startWheel } from '../net/wheel.ts'
import type { Log } from '../observe/log.ts'
import type { AllowList } from '../tunnel/allow.ts'
import { READ_BYTES } from '../tunnel/mux/terms.ts'
import { type Credentials, connectTunnel, type TrustedServers } from './connect.ts'
import { noFigures } from './figures.ts'
import { beginLanes } from './lanes.ts'
import { beginLife, type Life } from './life.ts'
import { serveStream } from './serve.ts'

/** Of a read from an origin that sends much: what a stream sends in one turn. */
const LARGE_BYTES = 64 * 1024
/** Streams that an agent takes on one tunnel. */
const MAX_STREAMS = 2048

export interface AgentParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly servers: readonly URL[]
  readonly credentials: Credentials
  readonly trust: TrustedServers
  readonly list: AllowList
  /** To each server; more than one only where the server takes them. */
  readonly connections: number
  /** Of this program. */
  readonly version: string
}

export interface Agent {
  /** Whoever waits to try again tries now. */
  hurry(): void
  /** Takes nothing new and leaves every server once its streams are over, or after so many milliseconds. */
  leave(within: number): Promise<void>
}

/** Connects to every server and stays connected. */
export function startAgent(parts: AgentParts): Agent {
  const { clock, random, log, servers, credentials, trust, list, connections, version } = parts
  const wheel = startWheel(clock)
  const group = random.id()
  const figures = noFigures()
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const buffers = openReadBuffers(LARGE_BYTES)
  const begin = (url: URL, number: number, connected: (takesLanes: boolean) => void): Life => {
    const lane = connections > 1 ? { group, number } : undefined
    const capacity = { maxStreams: MAX_STREAMS, version, lane }
    return beginLife({
      clock,
      wheel,
      random,
      log,
      server: url.host,
      maxStreams: MAX_STREAMS,
      buffer,
      connect: () => connectTunnel(url, credentials, capacity, trust),
      connected,
      serve: stream =>
        serveStream(stream, {
          clock,
          list,
          figures,
          buffers,
          told({ requestId, host, port }, why) {
            if (why === undefined) log.debug('agent/dialed', { request: requestId, host, port })
            else log.warn('agent/not-dialed', { request: requestId, host, port, why })
          },
        }),
    })
  }
  const lives = servers.map(url =>
    beginLanes(connections, (number, connected) => begin(url, number, connected)),
  )
  return {
    hurry: () => lives.forEach(life => void life.hurry()),
    async leave(within) {
      await Promise.all(lives.map(life => life.leave(within)))
      wheel.stop()
    },
  }
}
