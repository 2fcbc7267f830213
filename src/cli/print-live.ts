// Routes, pools and targets of a running server, for people.
import type { Pointer } from '../base/pointer.ts'
import { columns } from './columns.ts'
import { placed } from './live-places.ts'
import type { RouteRow, TargetRow, UpstreamRow } from './live-rows.ts'
import type { Places } from './print-explanation.ts'

const AVAILABLE: Readonly<Record<string, string>> = {
  healthy: 'available, healthy',
  unknown: 'available, not probed yet',
}

/** `available`, with what its probes say; or why not; and what is wrong with its name. */
export function standingOf({ available, why, health, dns }: TargetRow): string {
  const words = available ? [AVAILABLE[health?.status ?? ''] ?? 'available'] : why
  return (dns === undefined ? words : [...words, `dns: ${dns}`]).join(', ')
}

/** `2 active, 3 connections (1 idle)`; `''` where there is nothing to tell. */
export function busyness({ active, connections }: TargetRow): string {
  if (connections === undefined) return active === 0 ? '' : `${active} active`
  const { open, idle, waiting } = connections
  const words = [`${active} active`, `${open} connection${open === 1 ? '' : 's'} (${idle} idle)`]
  return [...words, ...(waiting === 0 ? [] : [`${waiting} waiting`])].join(', ')
}

function targetCells(target: TargetRow, places: Places): readonly string[] {
  const { name, leads_to: leadsTo, priority_group: group, weight, at } = target
  return [
    `group ${group}`,
    `weight ${weight}`,
    name,
    leadsTo === name ? '' : leadsTo,
    standingOf(target),
    busyness(target),
    placed(at, places),
  ]
}

function matchWord({ default: isDefault, hosts, path_prefixes: prefixes, paths, methods }: RouteRow): string {
  if (isDefault) return 'everything else'
  const path = [...prefixes.map(prefix => (prefix.endsWith('/') ? `${prefix}*` : `${prefix}[/*]`)), ...paths]
  return [methods.join(','), `${hosts.join(',') || '*'}${path.length === 0 ? '/*' : ` ${path.join(',')}`}`]
    .filter(word => word !== '')
    .join(' ')
}

function actionWord({ action }: RouteRow): string {
  return action.kind === 'redirect'
    ? `redirect ${action.status} ${action.mode} ${action.target}`.trimEnd()
    : `forward to ${action.pool}`
}

/** In the order in which they are tried, each with the targets it leads to. */
export function routesText(rows: readonly RouteRow[], places: Places): string {
  const listeners = [...new Set(rows.map(({ listener }) => listener))]
  const lines = listeners.flatMap(listener => {
    const own = rows.filter(row => row.listener === listener)
    const heads = columns(
      own.map(row => [
        row.order === undefined ? '-' : String(row.order),
        row.id,
        row.default ? 'last' : String(row.priority),
        row.enabled ? '' : 'disabled',
        matchWord(row),
        actionWord(row),
        placed(row.at, places),
      ]),
    )
    const below = own.map(({ action }) =>
      action.kind === 'redirect'
        ? []
        : columns(action.targets.map(target => targetCells(target, places))).map(line => `      ${line}`),
    )
    return ['', `listener ${listener}`, ...heads.flatMap((head, at) => [head, ...(below[at] ?? [])])]
  })
  return `${lines.slice(1).join('\n')}\n`
}

/** One line for each pool. */
export function upstreamsText(rows: readonly UpstreamRow[], places: Places): string {
  const cells = rows.map(({ id, load_balancing: policy, targets, available, active, at }) => [
    id,
    policy,
    `${available} of ${targets} available`,
    `${active} active`,
    placed(at, places),
  ])
  return `${columns(cells).join('\n')}\n`
}

/** Pool by pool. */
export function targetsText(rows: readonly TargetRow[], places: Places): string {
  const cells = rows.map(row => [row.pool, ...targetCells(row, places)])
  return `${columns(cells).join('\n')}\n`
}

/** Every place that `routesText` shows. */
export function pointersOfRoutes(rows: readonly RouteRow[]): readonly Pointer[] {
  return rows.flatMap(({ at, action }) => [
    at,
    ...(action.kind === 'forward' ? action.targets.map(target => target.at) : []),
  ])
}
