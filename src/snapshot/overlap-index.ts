// Finds the routes whose hosts and paths overlap without comparing all with all. Both conditions are nested sets (any host
// holds `*.b.c` holds `a.b.c`; `/` holds `/a` holds `/a/` holds `/a/b`), so two of them overlap only if one holds the other:
// an overlapping partner stands above or below on each axis.
import type { RouteMatch } from '../match/route-match.ts'
import type { Route } from './snapshot.ts'

/** One host and one path of a route; `order` is the route's place among those compared. */
interface Atom {
  readonly route: Route
  readonly order: number
  readonly host: string
  readonly path: string
}

interface HostCell {
  readonly at: Map<string, Atom[]>
  /** Atoms strictly below a path, for the paths that some atom has. */
  readonly below: Map<string, Atom[]>
}

const ANY_HOST = ''
/** Put before an exact path, which no prefix can start with. */
const EXACT = '='

export class OverlapIndex {
  private readonly atoms: Atom[] = []
  private readonly hosts = new Map<string, HostCell>()
  private readonly routes: readonly Route[]

  /** Routes in the order of evaluation. */
  constructor(routes: readonly Route[]) {
    this.routes = routes
  }

  *buildSteps(): Generator<void> {
    const paths = new Set<string>()
    for (const [order, route] of this.routes.entries()) {
      for (const host of hostsOf(route.match)) {
        for (const path of pathsOf(route.match)) {
          this.atoms.push({ route, order, host, path })
          paths.add(path)
        }
      }
      yield
    }
    for (const atom of this.atoms) {
      this.place(atom, paths)
      yield
    }
  }

  private place(atom: Atom, paths: ReadonlySet<string>): void {
    const cell = this.hosts.get(atom.host) ?? { at: new Map(), below: new Map() }
    this.hosts.set(atom.host, cell)
    push(cell.at, atom.path, atom)
    for (const above of pathsAbove(atom.path)) if (paths.has(above)) push(cell.below, above, atom)
  }

  /** Overlapping pairs, the one tried first in front; a pair may come more than once. An empty pair is a pause. */
  *pairs(): Generator<readonly [earlier: Route, later: Route] | readonly []> {
    for (const atom of this.atoms) {
      for (const host of hostsFrom(atom.host)) {
        const cell = this.hosts.get(host)
        if (cell === undefined) continue
        yield* pairsOf(atom, cell.at.get(atom.path), host === atom.host)
        yield* pairsOf(atom, cell.below.get(atom.path), host === atom.host)
        for (const above of pathsAbove(atom.path))
          yield* pairsOf(atom, cell.at.get(above), host === atom.host)
      }
      yield []
    }
  }
}

/** Under one host both members of a pair meet each other; once is enough. */
function* pairsOf(
  atom: Atom,
  others: readonly Atom[] | undefined,
  isSameHost: boolean,
): Generator<readonly [earlier: Route, later: Route]> {
  for (const other of others ?? []) {
    if (other.order === atom.order || (isSameHost && other.order > atom.order)) continue
    yield other.order < atom.order ? [other.route, atom.route] : [atom.route, other.route]
  }
}

function push(map: Map<string, Atom[]>, key: string, atom: Atom): void {
  const atoms = map.get(key)
  if (atoms === undefined) map.set(key, [atom])
  else atoms.push(atom)
}

function hostsOf({ hosts }: RouteMatch): readonly string[] {
  if (hosts.length === 0) return [ANY_HOST]
  return hosts.map(pattern => (pattern.kind === 'exact' ? pattern.host : pattern.suffix))
}

/** A host, `.rest` for a wildcard, and whatever holds it; any host last. */
function* hostsFrom(host: string): Generator<string> {
  yield host
  if (host === ANY_HOST) return
  for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) yield host.slice(dot)
  yield ANY_HOST
}

function pathsOf({ prefixes, paths }: RouteMatch): readonly string[] {
  if (prefixes.length === 0 && paths.length === 0) return ['/']
  return [...prefixes, ...paths.map(path => EXACT + path)]
}

/** The prefixes that hold a path or prefix, itself left out, the nearest first. */
function* pathsAbove(path: string): Generator<string> {
  const isExact = path.startsWith(EXACT)
  const text = isExact ? path.slice(1) : path
  if (isExact) yield text
  if (text === '/') return
  for (let end = text.length - 1; end > 0; end--) {
    const isEnd = text.charAt(end) === '/'
    if (isEnd && end < text.length - 1) yield text.slice(0, end + 1)
    if (isEnd) yield text.slice(0, end)
  }
  yield '/'
}
