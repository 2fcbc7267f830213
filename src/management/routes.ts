// The routes of every listener in the order in which they are tried.
import type { Live } from '../engine/live.ts'
import type { HostPattern } from '../match/route-match.ts'
import type { Listener, Route } from '../snapshot/snapshot.ts'
import { sayList } from './list.ts'
import type { Asked, Said } from './message.ts'
import { type OtherProfiles, otherProfiles, tellTarget } from './targets.ts'

const hostWord = (pattern: HostPattern): string =>
  pattern.kind === 'exact' ? pattern.host : `*${pattern.suffix}`

function tellAction({ action }: Route, live: Live, others: OtherProfiles): unknown {
  if (action.kind === 'redirect')
    return { kind: 'redirect', mode: action.mode, status: action.status, target: action.target }
  const { pool } = action
  return {
    kind: 'forward',
    pool: pool.id,
    load_balancing: pool.loadBalancing,
    targets: pool.targets.map(target => tellTarget(pool, target, live, others)),
  }
}

/** `/api/routes?listener=`: `order` counts from 1 within a listener; disabled ones have none. */
export function sayRoutes(asked: Asked, live: Live): Said {
  const { snapshot, generation } = live
  const wanted = asked.query.get('listener')
  const others = otherProfiles(snapshot)
  const rows: (readonly [Listener, Route, number | undefined])[] = []
  for (const listener of snapshot.listeners.values()) {
    if (wanted !== null && listener.id !== wanted) continue
    let order = 0
    for (const route of listener.router.routes)
      rows.push([listener, route, route.enabled ? ++order : undefined])
  }
  return sayList(
    asked,
    rows,
    ([listener, route, order]) => ({
      order,
      listener: listener.id,
      id: route.id,
      name: route.name,
      at: route.at,
      enabled: route.enabled && listener.enabled,
      priority: route.priority,
      default: route.isDefault,
      hosts: route.match.hosts.map(hostWord),
      path_prefixes: route.match.prefixes,
      paths: route.match.paths,
      methods: route.match.methods === undefined ? [] : [...route.match.methods],
      action: tellAction(route, live, others),
    }),
    { generation, revision: snapshot.revision },
  )
}
