// Families about agents: every one of the file has its samples, so that one that never came is seen, too.
import type { Live } from '../engine/live.ts'
import type { Family, Labels } from '../observe/exposition.ts'
import type { AgentReport } from '../tunnel/report.ts'
import { type Reports, reportsOf } from './agents.ts'

/** One sample for each agent; none where `value` is undefined. */
function* each(
  live: Live,
  agents: Reports,
  value: (report: AgentReport) => number | undefined,
): Generator<readonly [Labels, number]> {
  for (const [{ id }, report] of reportsOf(live, agents)) {
    const found = value(report)
    if (found !== undefined) yield [{ agent: id }, found]
  }
}

/** Of what is live. */
export function tellAgentFamilies(live: Live, agents: Reports): readonly Family[] {
  return [
    {
      name: 'agent_connected',
      type: 'gauge',
      help: 'Whether an agent is connected.',
      samples: each(live, agents, ({ state }) => (state === 'connected' ? 1 : 0)),
    },
    {
      name: 'agent_rtt_seconds',
      type: 'gauge',
      help: 'Round trip through the tunnel, as measured last; absent before that.',
      samples: each(live, agents, ({ state, roundTrip }) =>
        state === 'connected' && roundTrip > 0 ? roundTrip / 1000 : undefined,
      ),
    },
    {
      name: 'agent_streams',
      type: 'gauge',
      help: 'Connections open through an agent.',
      samples: each(live, agents, ({ streams }) => streams),
    },
    {
      name: 'agent_connects_total',
      type: 'counter',
      help: 'Tunnels that an agent has opened.',
      samples: each(live, agents, ({ connects }) => connects),
    },
    {
      name: 'agent_disconnects_total',
      type: 'counter',
      help: 'Tunnels of an agent that have ended.',
      samples: each(live, agents, ({ disconnects }) => disconnects),
    },
  ]
}
