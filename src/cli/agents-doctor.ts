// Looks at one agent of a running server through its tunnel: how far away it is, how much passes, and whether it reaches an origin.
import { askServer, troubleOf } from './ask-server.ts'
import { columns } from './columns.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { printNote, printResult } from './print.ts'
import { UsageError } from './usage.ts'

export interface DoctorFlags extends ServerFlags {
  readonly names: readonly string[]
  /** `host:port`, as the agent sees it. */
  readonly dial: string | undefined
  readonly route: string | undefined
  readonly target: string | undefined
  readonly format: 'text' | 'json'
}

type Throughput =
  | { readonly bytes: number; readonly seconds: number; readonly bytes_per_second: number }
  | { readonly error: string }

export interface Found {
  readonly agent: string
  readonly round_trips_ms: readonly number[]
  readonly to_agent: Throughput
  readonly from_agent: Throughput
  readonly dial?: {
    readonly address: string
    readonly seconds: number
    readonly connected: boolean
    readonly reason?: string
    readonly detail?: string
  }
}

/** Milliseconds; the server gives up sooner. */
const PATIENCE = 60_000

function roundTripWord(all: readonly number[]): string {
  if (all.length === 0) return 'no answer'
  const sorted = [...all].sort((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)
  return `${at(0.5)} ms (${at(0)} to ${at(1)}, of ${all.length})`
}

function throughputWord(one: Throughput): string {
  if ('error' in one) return one.error
  const rate = (one.bytes_per_second / 1e6).toFixed(one.bytes_per_second < 1e7 ? 2 : 0)
  return `${rate} MB/s (${(one.bytes / 1e6).toFixed(1)} MB in ${one.seconds.toFixed(2)} s)`
}

function dialWord({ connected, seconds, reason, detail }: NonNullable<Found['dial']>): string {
  const took = `${(seconds * 1000).toFixed(0)} ms`
  return connected ? `connected in ${took}` : `not connected after ${took}: ${reason} (${detail})`
}

/** What was found, for people. */
export function doctorText(found: Found): string {
  const rows = [
    ['round trip', roundTripWord(found.round_trips_ms)],
    ['to the agent', throughputWord(found.to_agent)],
    ['from the agent', throughputWord(found.from_agent)],
    ...(found.dial === undefined ? [] : [[found.dial.address, dialWord(found.dial)]]),
  ]
  return `${[found.agent, ...columns(rows)].join('\n')}\n`
}

/** `p2pstream agents doctor NAME`: 0 when everything that was asked for works, 1 otherwise. */
export async function examineAgent(flags: DoctorFlags, environment: Environment): Promise<number> {
  const [agent, ...rest] = flags.names
  const { dial, route, target } = flags
  if (agent === undefined || rest.length > 0)
    throw new UsageError('agents doctor looks at one agent: name one')
  if ((route === undefined) !== (target === undefined))
    throw new UsageError('--route and --target belong together')
  if (dial !== undefined && route !== undefined)
    throw new UsageError('--dial says where to, --route and --target would, too')
  const asked = await askServer(flags, environment, {
    method: 'POST',
    path: '/api/agents/doctor',
    body: { agent, dial, route, target },
    timeout: PATIENCE,
  })
  if (!asked.ok) return asked.exitCode
  if (asked.status !== 200) {
    await printNote(`p2pstream: ${troubleOf(asked.body)}\n`)
    return EXIT.no
  }
  const found = asked.body as Found
  await printResult(flags.format === 'json' ? `${JSON.stringify(found, undefined, 2)}\n` : doctorText(found))
  const isGood = found.round_trips_ms.length > 0 && found.dial?.connected !== false
  return isGood ? EXIT.yes : EXIT.no
}
