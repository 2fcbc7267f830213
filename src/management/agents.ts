// The agents of the file, and what has become of their connections.
import type { Live } from '../engine/live.ts'
import type { Agent } from '../tunnel/agent.ts'
import type { AgentReport, ReportedFigures, SessionRecord } from '../tunnel/report.ts'
import { sayList } from './list.ts'
import type { Asked, Said } from './message.ts'

/** Who knows how an agent is; undefined for one that isn't in the file. */
export interface Reports {
  report(id: string): AgentReport | undefined
}

/** In the order of the file. */
export function reportsOf(live: Live, agents: Reports): readonly (readonly [Agent, AgentReport])[] {
  return [...live.snapshot.agents.values()].flatMap(agent => {
    const report = agents.report(agent.id)
    return report === undefined ? [] : [[agent, report] as const]
  })
}

/** Requests under way through each agent. */
export function activeThrough({ pools }: Live): ReadonlyMap<string, number> {
  const active = new Map<string, number>()
  for (const [pool, { byKey }] of pools) {
    if (!('selector' in pool)) continue
    for (const [id, seat] of byKey) active.set(id, (active.get(id) ?? 0) + seat.active)
  }
  return active
}

const moment = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

function tellSession({ address, version, started, ended, reason }: Readonly<SessionRecord>): unknown {
  return { address, version, started_at: moment(started), ended_at: moment(ended), reason }
}

function tellFigures(figures: ReportedFigures): unknown {
  const { at, cpuShare, uptimeSeconds, cpuSeconds, residentBytes, streams, bytesReceived, bytesSent } =
    figures
  return {
    at: moment(at),
    uptime_seconds: uptimeSeconds,
    cpu_seconds: cpuSeconds,
    cpu_percent: cpuShare === undefined ? undefined : cpuShare * 100,
    resident_bytes: residentBytes,
    streams,
    bytes_received: bytesReceived,
    bytes_sent: bytesSent,
  }
}

function tellAgent({ name, at, labels, maxStreams }: Agent, report: AgentReport, active: number): unknown {
  return {
    id: report.id,
    name,
    at,
    state: report.state,
    hindrance: report.hindrance,
    connected_since: moment(report.connectedSince),
    offline_since: moment(report.offlineSince),
    connects: report.connects,
    disconnects: report.disconnects,
    last_reason: report.lastReason,
    active_requests: active,
    connections: report.lanes,
    streams: report.streams,
    max_streams: maxStreams,
    bytes_received: report.received,
    bytes_sent: report.sent,
    round_trip_ms: report.roundTrip === 0 ? undefined : report.roundTrip,
    address: report.address,
    version: report.version,
    reported: report.figures && tellFigures(report.figures),
    labels: Object.fromEntries(labels),
    sessions: report.sessions.map(tellSession),
  }
}

/** `/api/agents?state=`: sessions newest first, the last twenty. */
export function sayAgents(asked: Asked, live: Live, agents: Reports): Said {
  const state = asked.query.get('state')
  const rows = reportsOf(live, agents).filter(([, report]) => state === null || report.state === state)
  const active = activeThrough(live)
  return sayList(asked, rows, ([agent, report]) => tellAgent(agent, report, active.get(agent.id) ?? 0), {
    generation: live.generation,
    revision: live.snapshot.revision,
  })
}
