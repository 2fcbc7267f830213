// Which route takes a request: first match by (priority, id), indexed so that the cost doesn't grow with the table.
import type { Facts } from '../http/facts.ts'
import { evaluationOrder, sortSteps } from './order.ts'
import { type Overlaps, overlapSteps } from './overlap.ts'
import { Bucket, NO_RANK } from './router-bucket.ts'
import type { Route } from './snapshot.ts'

export interface Router {
  /** In order of evaluation, disabled ones and the default route too; for explain. */
  readonly routes: readonly Route[]
  /** The enabled default route, if any. */
  readonly fallback: Route | undefined
  /** Routes whose ids decide between them, for the warning. */
  readonly overlaps: Overlaps
  /** The first enabled match; the default route isn't considered. */
  find(facts: Pick<Facts, 'host' | 'decodedPath' | 'method'>): Route | undefined
}

/** Builds the router of one listener, pausing about every millisecond. */
export function* routerSteps(routes: readonly Route[]): Generator<void, Router> {
  const ordered = yield* sortSteps(routes, evaluationOrder)
  const index = new HostIndex()
  for (const [rank, route] of ordered.entries()) {
    if (route.enabled && !route.isDefault) index.add(route, rank)
    if (rank % 128 === 127) yield
  }
  const fallback = ordered.findLast(route => route.isDefault && route.enabled)
  return Object.freeze({
    routes: Object.freeze(ordered),
    fallback,
    overlaps: yield* overlapSteps(ordered),
    find: (facts: Pick<Facts, 'host' | 'decodedPath' | 'method'>) => ordered[index.find(facts)],
  })
}

/** Hosts to their routes. A class with mutation while it is built, because it is read on every request. */
class HostIndex {
  private readonly exact = new Map<string, Bucket>()
  private readonly wildcards = new Map<string, Bucket>()
  /** Bit n is set when a wildcard has n labels after its `*` (31 and more share bit 31). */
  private labels = 0
  private longestSuffix = 0
  private readonly any = new Bucket()

  add(route: Route, rank: number): void {
    if (route.match.hosts.length === 0) this.any.add(route.match, rank)
    for (const pattern of route.match.hosts) {
      if (pattern.kind === 'exact') {
        bucketAt(this.exact, pattern.host).add(route.match, rank)
        continue
      }
      bucketAt(this.wildcards, pattern.suffix).add(route.match, rank)
      this.labels |= 1 << Math.min(pattern.suffix.split('.').length - 1, 31)
      this.longestSuffix = Math.max(this.longestSuffix, pattern.suffix.length)
    }
  }

  /** The lowest rank that matches, or NO_RANK. */
  find(facts: Pick<Facts, 'host' | 'decodedPath' | 'method'>): number {
    const { host, decodedPath, method } = facts
    let best = this.any.find(decodedPath, method, NO_RANK)
    const exact = this.exact.get(host)
    if (exact !== undefined) best = exact.find(decodedPath, method, best)
    if (this.labels === 0) return best
    // From the right, so that a host of 30,000 dots costs as many probes as the longest pattern has labels.
    let dot = host.length
    for (let labels = 1; ; labels++) {
      dot = host.lastIndexOf('.', dot - 1)
      if (dot <= 0 || host.length - dot > this.longestSuffix) return best
      if ((this.labels & (1 << Math.min(labels, 31))) === 0) continue
      const bucket = this.wildcards.get(host.slice(dot))
      if (bucket !== undefined) best = bucket.find(decodedPath, method, best)
    }
  }
}

function bucketAt(map: Map<string, Bucket>, key: string): Bucket {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = new Bucket()
  map.set(key, made)
  return made
}
