// Routes of equal priority that could both take the same request: their ids decide, and nobody should be surprised by it.
import type { Diagnostic } from '../base/diagnostic.ts'
import { pointer } from '../base/pointer.ts'
import { OverlapIndex } from './overlap-index.ts'
import type { Route } from './snapshot.ts'

/** Warnings past this many say nothing new. */
const MOST_WARNINGS = 100
/** Pairs looked at in vain (same host and path, but no common method) before the search gives up; no sane file comes near. */
const MOST_COMPARED = 300_000

/** What is found out about one table. */
export interface Overlaps {
  /** The one tried first in front, each pair once. */
  readonly pairs: readonly (readonly [earlier: Route, later: Route])[]
  /** Whether there may be more. */
  readonly isCut: boolean
}

/** Pairs of enabled routes with one priority and overlapping matches, of routes in order of evaluation. */
export function* overlapSteps(ordered: readonly Route[]): Generator<void, Overlaps> {
  const found = new Map<string, readonly [Route, Route]>()
  let compared = 0
  for (const routes of samePriority(ordered)) {
    const index = new OverlapIndex(routes)
    yield* index.buildSteps()
    for (const [earlier, later] of index.pairs()) {
      if (earlier === undefined || later === undefined) {
        yield
        continue
      }
      if (++compared > MOST_COMPARED) return { pairs: [...found.values()], isCut: true }
      if (compared % 4096 === 0) yield
      const key = `${earlier.id} ${later.id}`
      if (!shareMethod(earlier, later) || found.has(key)) continue
      if (found.size === MOST_WARNINGS) return { pairs: [...found.values()], isCut: true }
      found.set(key, [earlier, later])
    }
  }
  return { pairs: [...found.values()], isCut: false }
}

/** The warnings of all listeners; a pair that meets on several is told once. */
export function overlapWarnings(tables: readonly { readonly overlaps: Overlaps }[]): readonly Diagnostic[] {
  const pairs = tables.flatMap(({ overlaps }) => overlaps.pairs)
  const once = new Map(
    pairs.map(([earlier, later]) => [`${earlier.id} ${later.id}`, warning(earlier, later)]),
  )
  const isCut = once.size > MOST_WARNINGS || tables.some(({ overlaps }) => overlaps.isCut)
  return [...[...once.values()].slice(0, MOST_WARNINGS), ...(isCut ? [andMore()] : [])]
}

/** Runs of enabled routes with one priority; in the order of evaluation they stand together. */
function* samePriority(routes: readonly Route[]): Generator<readonly Route[]> {
  let run: Route[] = []
  for (const route of routes) {
    if (!route.enabled || route.isDefault) continue
    if (run[0] !== undefined && run[0].priority !== route.priority) {
      yield run
      run = []
    }
    run.push(route)
  }
  yield run
}

function shareMethod(a: Route, b: Route): boolean {
  const { methods } = a.match
  const others = b.match.methods
  return methods === undefined || others === undefined || [...methods].some(method => others.has(method))
}

function warning(earlier: Route, later: Route): Diagnostic {
  return {
    code: 'route/ambiguous-priority',
    severity: 'warning',
    message: `routes "${earlier.id}" and "${later.id}" can match the same request and have the same priority ${later.priority}; "${earlier.id}" is tried first because of its id`,
    at: later.at,
    on: 'key',
    help: 'give the route that should be tried first a lower priority',
    related: [{ at: earlier.at, on: 'key', message: 'the other route' }],
  }
}

function andMore(): Diagnostic {
  return {
    code: 'route/ambiguous-priority',
    severity: 'warning',
    message: 'more routes may have equal priorities and overlapping matches; not all pairs are shown',
    at: pointer('routes'),
    on: 'key',
  }
}
