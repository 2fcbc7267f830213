// What a route needs and what contradicts itself in it.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Match, Route } from '../shape.gen.ts'
import { has, type Values } from '../values.ts'
import type { Rule } from './draft.ts'

const CONDITIONS = ['host', 'path_prefix', 'path'] as const
/** Keys that speak to an origin, which a redirect doesn't have. */
const ORIGIN_KEYS = ['rewrite', 'request_headers'] as const

function hasMatch(match: Match, at: Pointer, findings: Findings): boolean {
  return CONDITIONS.some(key => match[key].length > 0 || findings.isClaimed(step(step(at, 'match'), key)))
}

function checkMatch(id: string, route: Route, written: Values, at: Pointer, findings: Findings): void {
  if (route.default) {
    if (has(written, 'match'))
      findings.key('route/default-with-match', step(at, 'match'), 'a default route has no match', {
        help: 'it takes what no other route of its listener takes',
      })
    return
  }
  const isMeant = findings.isClaimed(step(at, 'match')) || findings.isClaimed(step(at, 'default'))
  if (isMeant || hasMatch(route.match, at, findings)) return
  findings.key(
    'route/no-match',
    has(written, 'match') ? step(at, 'match') : at,
    `the route "${id}" matches nothing`,
    {
      help: 'write at least one of host, path_prefix and path, or default: true',
    },
  )
}

function checkAction(id: string, route: Route, at: Pointer, findings: Findings): void {
  if (route.forward !== undefined && route.redirect !== undefined) {
    findings.key('route/action', step(at, 'redirect'), `the route "${id}" both forwards and redirects`, {
      related: [{ at: step(at, 'forward'), on: 'key', message: 'forward is here' }],
    })
    return
  }
  const isMeant = findings.isClaimed(step(at, 'forward')) || findings.isClaimed(step(at, 'redirect'))
  if (route.forward === undefined && route.redirect === undefined && !isMeant)
    findings.key('route/action', at, `the route "${id}" needs forward or redirect`)
}

/** Matches and actions of routes. */
export const routeRule: Rule = ({ config, written }, findings) => {
  for (const [id, route] of Object.entries(config.routes)) {
    const at = pointer('routes', id)
    const own = written('routes', id)
    checkMatch(id, route, own, at, findings)
    checkAction(id, route, at, findings)
    if (route.redirect === undefined || route.forward !== undefined) continue
    for (const key of ORIGIN_KEYS)
      if (has(own, key))
        findings.key(
          'shape/useless-key',
          step(at, key),
          `"${key}" does nothing on a redirect: no request is sent on`,
        )
  }
}

/** At most one enabled default route for each listener. */
export const defaultRouteRule: Rule = ({ config }, findings) => {
  const first = new Map<string, Pointer>()
  for (const [id, route] of Object.entries(config.routes)) {
    if (!route.enabled || !route.default) continue
    const at = pointer('routes', id, 'default')
    for (const listener of route.listener) {
      const other = first.get(listener)
      if (other === undefined) first.set(listener, at)
      else
        findings.value('route/second-default', at, `the listener "${listener}" has two default routes`, {
          related: [{ at: other, on: 'value', message: 'the other one is here' }],
        })
    }
  }
}
