// What an agent counts of itself, over all its servers. State: it lives as long as the process.
import type { AgentFigures } from '../tunnel/probe.ts'

export interface Figures {
  streams: number
  /** Bytes towards origins, and back. */
  received: number
  sent: number
}

/** Nothing yet. */
export function noFigures(): Figures {
  return { streams: 0, received: 0, sent: 0 }
}

/** As they are now, with what the system says of the process. */
export function tellFigures({ streams, received, sent }: Readonly<Figures>): AgentFigures {
  const { user, system } = process.cpuUsage()
  return {
    uptimeSeconds: process.uptime(),
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    streams,
    bytesReceived: received,
    bytesSent: sent,
  }
}
