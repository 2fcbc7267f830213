// What the server counts and measures, for Prometheus (design surfaces, "Metrics").
import { nextTurn } from '../base/clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { Live } from '../engine/live.ts'
import { CONTENT_TYPE, expositionOf, type Family, type Labels } from '../observe/exposition.ts'
import type { Histogram } from '../observe/histogram.ts'
import type { Meters, RouteMeter } from '../observe/meters.ts'
import type { ReloadStatus } from '../reload/status.ts'
import { tellAgentFamilies } from './agent-metrics.ts'
import type { Reports } from './agents.ts'
import type { Said } from './message.ts'
import type { Facts } from './status.ts'
import { tellMetTargets } from './target-metrics.ts'

export interface MetricParts {
  readonly engine: Engine
  readonly meters: Meters
  readonly facts: Facts
  readonly agents: Reports
}

type Samples<T extends number | Histogram> = Generator<readonly [Labels, T]>

/** Pieces between two turns of the event loop: a few tenths of a millisecond. */
const AT_ONCE = 200

function configFamilies(status: ReloadStatus): readonly Family[] {
  const { last, appliedAt = 0 } = status
  const isGood = last?.kind === 'applied' || last?.kind === 'unchanged'
  const { generation, revision = '' } = status
  return [
    {
      name: 'config_last_reload_successful',
      type: 'gauge',
      help: 'Whether the file, as it was read last, is what runs.',
      samples: [[{}, isGood ? 1 : 0]],
    },
    {
      name: 'config_last_reload_success_timestamp_seconds',
      type: 'gauge',
      help: 'When the file was last read and found good.',
      samples: [[{}, (isGood ? last.at : appliedAt) / 1000]],
    },
    {
      name: 'config_reloads_total',
      type: 'counter',
      help: 'Loads of the file by how they ended.',
      samples: Object.entries(status.counts).map(([result, count]) => [{ result }, count] as const),
    },
    {
      name: 'config_info',
      type: 'gauge',
      help: 'What runs: the hash of its meaning, and how many were live before and with it.',
      samples: [[{ hash: revision, generation: String(generation) }, 1]],
    },
  ]
}

function processFamilies({ version, build = '', node, startedAt }: Facts): readonly Family[] {
  const { user, system } = process.cpuUsage()
  return [
    {
      name: 'build_info',
      type: 'gauge',
      help: 'Which program this is.',
      samples: [[{ version, revision: build, node }, 1]],
    },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      help: 'When the process started.',
      samples: [[{}, startedAt / 1000]],
    },
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'Processor time of the process, its threads included.',
      samples: [[{}, (user + system) / 1e6]],
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      help: 'Memory of the process.',
      samples: [[{}, process.memoryUsage.rss()]],
    },
  ]
}

function* metersOf(meters: Meters): Generator<readonly [Labels, RouteMeter]> {
  for (const [listener, routes] of meters.listeners)
    for (const [route, meter] of routes) yield [{ listener, route }, meter]
}

function* requestSamples(meters: Meters): Samples<number> {
  for (const [labels, meter] of metersOf(meters))
    for (const [method, code, count] of meter.requests())
      yield [{ ...labels, method, code: String(code) }, count]
}

function* durationSamples(meters: Meters): Samples<Histogram> {
  for (const [labels, { duration }] of metersOf(meters)) yield [labels, duration]
}

function* byteSamples(meters: Meters): Samples<number> {
  for (const [labels, { bytesIn, bytesOut }] of metersOf(meters)) {
    yield [{ ...labels, direction: 'in' }, bytesIn]
    yield [{ ...labels, direction: 'out' }, bytesOut]
  }
}

function* originSamples(meters: Meters): Samples<Histogram> {
  for (const [labels, { origins }] of metersOf(meters))
    for (const [target, origin] of origins) yield [{ ...labels, target }, origin]
}

function visitorFamilies({ engine, meters }: MetricParts): readonly Family[] {
  const entrances = engine.entrances()
  return [
    {
      name: 'http_requests_total',
      type: 'counter',
      help: 'Requests that have ended; 499 when the visitor left before an answer.',
      samples: requestSamples(meters),
    },
    {
      name: 'http_request_duration_seconds',
      type: 'histogram',
      help: 'From the first byte of the head to the end of the exchange.',
      samples: durationSamples(meters),
    },
    {
      name: 'http_body_bytes_total',
      type: 'counter',
      help: 'Bytes of bodies without their framing, from visitors (in) and to them (out).',
      samples: byteSamples(meters),
    },
    {
      name: 'http_requests_in_flight',
      type: 'gauge',
      help: 'Requests under way.',
      samples: entrances.map(({ listener, inFlight }) => [{ listener }, inFlight] as const),
    },
    {
      name: 'http_connections',
      type: 'gauge',
      help: 'Visitors connected.',
      samples: entrances.map(({ listener, connections }) => [{ listener }, connections] as const),
    },
    {
      name: 'upstream_request_duration_seconds',
      type: 'histogram',
      help: "From the first byte of the visitor's head to the end of the origin's.",
      samples: originSamples(meters),
    },
  ]
}

function liveFamilies(live: Live, { agents, meters }: MetricParts): readonly Family[] {
  return [
    ...tellMetTargets(live),
    ...tellAgentFamilies(live, agents, meters),
    {
      name: 'certificate_not_after_timestamp_seconds',
      type: 'gauge',
      help: 'When a certificate that visitors are shown ends.',
      samples: [...live.shown.values()].map(
        ({ certificate, notAfter }) => [{ certificate: certificate.id }, notAfter] as const,
      ),
    },
  ]
}

/** All of it, made in steps so that no request waits for a scrape. */
export async function sayMetrics(parts: MetricParts, status: ReloadStatus): Promise<Said> {
  const { live } = parts.engine
  const families = [
    ...processFamilies(parts.facts),
    ...configFamilies(status),
    ...visitorFamilies(parts),
    ...(live === undefined ? [] : liveFamilies(live, parts)),
  ]
  const pieces: string[] = []
  for (const piece of expositionOf(families)) {
    pieces.push(piece)
    if (pieces.length % AT_ONCE === 0) await nextTurn()
  }
  return { status: 200, type: CONTENT_TYPE, body: pieces.join('') }
}
