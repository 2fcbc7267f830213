// Families about agents: every one of the file has its samples, so that one that never came is seen, too.
import type { Live } from '../engine/live.ts'
import type { Family, Labels } from '../observe/exposition.ts'
import type { Meters } from '../observe/meters.ts'
import type { AgentReport } from '../tunnel/report.ts'
import { activeThrough, type Reports, reportsOf } from './agents.ts'

type Rows = ReturnType<typeof reportsOf>

/** One sample for each agent; none where `value` is undefined. */
function* each(
  rows: Rows,
  value: (report: AgentReport) => number | undefined,
): Generator<readonly [Labels, number]> {
  for (const [{ id }, report] of rows) {
    const found = value(report)
    if (found !== undefined) yield [{ agent: id }, found]
  }
}

function* requestSamples(rows: Rows, { agents }: Meters): Generator<readonly [Labels, number]> {
  for (const [{ id: agent }] of rows)
    for (const [at, count] of agents.get(agent)?.entries() ?? [])
      if (count > 0) yield [{ agent, code_class: `${at + 1}xx` }, count]
}

function* partingSamples(rows: Rows): Generator<readonly [Labels, number]> {
  for (const [{ id: agent }, { partings }] of rows)
    for (const [reason, count] of partings) yield [{ agent, reason }, count]
}

function* byteSamples(rows: Rows): Generator<readonly [Labels, number]> {
  for (const [{ id: agent }, { received, sent }] of rows) {
    yield [{ agent, direction: 'in' }, received]
    yield [{ agent, direction: 'out' }, sent]
  }
}

/** Of what is live. */
export function tellAgentFamilies(live: Live, agents: Reports, meters: Meters): readonly Family[] {
  const rows = reportsOf(live, agents)
  const active = activeThrough(live)
  return [
    {
      name: 'agent_connected',
      type: 'gauge',
      help: 'Whether an agent is connected.',
      samples: each(rows, ({ state }) => (state === 'connected' ? 1 : 0)),
    },
    {
      name: 'agent_rtt_seconds',
      type: 'gauge',
      help: 'Round trip through the tunnel, as measured last; absent before that.',
      samples: each(rows, ({ state, roundTrip }) =>
        state === 'connected' && roundTrip > 0 ? roundTrip / 1000 : undefined,
      ),
    },
    {
      name: 'agent_streams',
      type: 'gauge',
      help: 'Connections open through an agent.',
      samples: each(rows, ({ streams }) => streams),
    },
    {
      name: 'agent_active_requests',
      type: 'gauge',
      help: 'Requests under way through an agent.',
      samples: each(rows, ({ id }) => active.get(id) ?? 0),
    },
    {
      name: 'agent_requests_total',
      type: 'counter',
      help: 'Requests through an agent that have ended, by the class of their status.',
      samples: requestSamples(rows, meters),
    },
    {
      name: 'agent_connects_total',
      type: 'counter',
      help: 'Tunnels that an agent has opened.',
      samples: each(rows, ({ connects }) => connects),
    },
    {
      name: 'agent_disconnects_total',
      type: 'counter',
      help: 'Tunnels of an agent that have ended, by why.',
      samples: partingSamples(rows),
    },
    {
      name: 'tunnel_bytes_total',
      type: 'counter',
      help: 'Bytes of the tunnels of an agent, from it (in) and to it (out).',
      samples: byteSamples(rows),
    },
  ]
}
