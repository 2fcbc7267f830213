// Agents of a running server, for people.
import { columns } from './columns.ts'
import { placed } from './live-places.ts'
import type { AgentRow } from './live-rows.ts'
import type { Places } from './print-explanation.ts'

/** What an agent is up to, and since when. */
export function agentStanding(row: AgentRow): string {
  switch (row.state) {
    case 'connected':
      return `connected since ${row.connected_since}${row.hindrance === 'full' ? ', full' : ''}`
    case 'offline':
      return `offline since ${row.offline_since}: ${row.last_reason ?? 'closed'}`
    case 'never_seen':
      return 'has never connected'
    default:
      return row.state
  }
}

function labelsWord({ labels }: AgentRow): string {
  return Object.entries(labels)
    .filter(([key]) => !key.startsWith('p2pstream.io/'))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** One line for each agent. */
export function agentsText(rows: readonly AgentRow[], places: Places): string {
  if (rows.length === 0) return 'no agents in the file; `p2pstream agents new ID` makes one\n'
  const cells = rows.map(row => [
    row.id,
    row.name === row.id ? '' : row.name,
    agentStanding(row),
    `${row.streams} stream${row.streams === 1 ? '' : 's'}`,
    row.round_trip_ms === undefined ? '' : `${row.round_trip_ms.toFixed(1)}ms`,
    row.address,
    row.version,
    labelsWord(row),
    placed(row.at, places),
  ])
  return `${columns(cells).join('\n')}\n`
}
