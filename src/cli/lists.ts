// The commands that list what a running server has: routes, upstreams, targets, agents.
import type { Pointer } from '../base/pointer.ts'
import { askList } from './ask-list.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { livePlaces } from './live-places.ts'
import type { AgentRow, RouteRow, TargetRow, UpstreamRow } from './live-rows.ts'
import { printResult } from './print.ts'
import { agentsText } from './print-agents.ts'
import type { Places } from './print-explanation.ts'
import { pointersOfRoutes, routesText, targetsText, upstreamsText } from './print-live.ts'

export interface ListFlags extends ServerFlags {
  readonly format: 'text' | 'json'
}

async function show<T>(
  flags: ListFlags,
  environment: Environment,
  list: {
    readonly path: string
    readonly query: Readonly<Record<string, string | undefined>>
    readonly pointers: (rows: readonly T[]) => readonly Pointer[]
    readonly text: (rows: readonly T[], places: Places) => string
  },
): Promise<number> {
  const listed = await askList<T>(flags, environment, list.path, list.query)
  if (!listed.ok) return listed.exitCode
  const { rows, revision } = listed
  if (flags.format === 'json') await printResult(`${JSON.stringify(rows, undefined, 2)}\n`)
  else {
    const places = await livePlaces(flags.config, environment, revision, list.pointers(rows))
    await printResult(list.text(rows, places))
  }
  return EXIT.yes
}

const pointers = (rows: readonly { readonly at: Pointer }[]): readonly Pointer[] => rows.map(({ at }) => at)

/** `p2pstream routes`. */
export function showRoutes(
  flags: ListFlags & { readonly listener: string | undefined },
  environment: Environment,
): Promise<number> {
  const query = { listener: flags.listener }
  return show<RouteRow>(flags, environment, {
    path: '/api/routes',
    query,
    pointers: pointersOfRoutes,
    text: routesText,
  })
}

/** `p2pstream upstreams`. */
export function showUpstreams(flags: ListFlags, environment: Environment): Promise<number> {
  return show<UpstreamRow>(flags, environment, {
    path: '/api/upstreams',
    query: {},
    pointers,
    text: upstreamsText,
  })
}

/** `p2pstream targets [upstream]`. */
export function showTargets(
  flags: ListFlags & { readonly upstream: string | undefined },
  environment: Environment,
): Promise<number> {
  const query = { upstreamId: flags.upstream }
  return show<TargetRow>(flags, environment, { path: '/api/targets', query, pointers, text: targetsText })
}

/** `p2pstream agents`. */
export function showAgents(flags: ListFlags, environment: Environment): Promise<number> {
  return show<AgentRow>(flags, environment, { path: '/api/agents', query: {}, pointers, text: agentsText })
}
