// One route's conditions against one request, plainly: what explain shows, route by route. Serving asks the indexed router.
import type { Facts } from '../http/facts.ts'
import type { HostPattern, RouteMatch } from './route-match.ts'

/** What a request didn't meet. */
export type Mismatch = 'host' | 'path' | 'method'

/** The first condition that doesn't hold, in the order host, path, method; undefined when the route matches. */
export function mismatch(
  match: RouteMatch,
  facts: Pick<Facts, 'host' | 'decodedPath' | 'method'>,
): Mismatch | undefined {
  if (match.hosts.length > 0 && !match.hosts.some(pattern => hostHolds(pattern, facts.host))) return 'host'
  if (!pathHolds(match, facts.decodedPath)) return 'path'
  if (match.methods !== undefined && !match.methods.has(facts.method)) return 'method'
  return undefined
}

/** Whether a host fits a pattern; `*.rest` takes any depth below `rest`, never `rest` itself. */
export function hostHolds(pattern: HostPattern, host: string): boolean {
  if (pattern.kind === 'exact') return host === pattern.host
  return host.length > pattern.suffix.length && host.endsWith(pattern.suffix)
}

/** Whether a decoded path is the prefix or below it, on whole segments; `/api/` doesn't take `/api`. */
export function prefixHolds(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false
  return path.length === prefix.length || prefix.endsWith('/') || path.charAt(prefix.length) === '/'
}

function pathHolds(match: RouteMatch, path: string): boolean {
  if (match.prefixes.length === 0 && match.paths.length === 0) return true
  return match.paths.includes(path) || match.prefixes.some(prefix => prefixHolds(prefix, path))
}
