// What a server asks of an agent itself, on a stream of its own: to give bytes, to take some, or to tell how it is.
// The words are ours: an agent that doesn't know them answers `invalid_open_request`, and its tunnel goes on.
import { jsonMembers } from '../base/json.ts'
import { frame } from './preamble.ts'

export type Probe =
  /** Sends so many bytes, and ends. */
  | { readonly kind: 'source'; readonly bytes: number }
  /** Reads to the end, and ends then. */
  | { readonly kind: 'sink' }
  /** Answers with its figures. */
  | { readonly kind: 'report' }

/** No probe may ask for more. */
export const MOST_BYTES: number = 256 * 1024 * 1024

/** What an agent's process has done since it started, and has now. */
export interface AgentFigures {
  readonly uptimeSeconds: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Connections to origins, over all its servers. */
  readonly streams: number
  /** Towards origins, and back. */
  readonly bytesReceived: number
  readonly bytesSent: number
}

/** The server's frame. */
export function writeProbe(requestId: string, probe: Probe): Buffer {
  const bytes = probe.kind === 'source' ? { bytes: probe.bytes } : {}
  return frame({ version: 1, request_id: requestId, network: 'probe', address: probe.kind, ...bytes })
}

/** Undefined for what is no probe, or none that is known here. */
export function readProbe(text: string): Probe | undefined {
  const open = jsonMembers(text)
  if (open?.['version'] !== 1 || open['network'] !== 'probe') return undefined
  const { address: kind, bytes } = open
  if (kind === 'sink' || kind === 'report') return { kind }
  if (kind !== 'source' || typeof bytes !== 'number' || !(bytes >= 0)) return undefined
  return { kind, bytes: Math.min(Math.floor(bytes), MOST_BYTES) }
}

/** The frame behind the answer to a report. */
export function writeFigures(figures: AgentFigures): Buffer {
  return frame({
    uptime_seconds: figures.uptimeSeconds,
    cpu_seconds: figures.cpuSeconds,
    resident_bytes: figures.residentBytes,
    streams: figures.streams,
    bytes_received: figures.bytesReceived,
    bytes_sent: figures.bytesSent,
  })
}

/** Undefined when it isn't one: an agent says what it likes. */
export function readFigures(text: string): AgentFigures | undefined {
  const said = jsonMembers(text)
  if (said === undefined) return undefined
  const number = (name: string): number => {
    const value = said[name]
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : Number.NaN
  }
  const figures: AgentFigures = {
    uptimeSeconds: number('uptime_seconds'),
    cpuSeconds: number('cpu_seconds'),
    residentBytes: number('resident_bytes'),
    streams: number('streams'),
    bytesReceived: number('bytes_received'),
    bytesSent: number('bytes_sent'),
  }
  return Object.values(figures).some(Number.isNaN) ? undefined : figures
}
