// The oracle for routing: every route in turn, written from the words of the specification and sharing no code with src.
import type { Route } from '../../src/snapshot/snapshot.ts'

export interface RoutedRequest {
  readonly host: string
  readonly decodedPath: string
  readonly method: string
}

/** The first enabled, non-default route by (priority, id) whose conditions all hold. */
export function findLinearly(routes: readonly Route[], request: RoutedRequest): Route | undefined {
  const tried = routes.filter(route => route.enabled && !route.isDefault)
  tried.sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))
  return tried.find(
    route => takesHost(route, request) && takesPath(route, request) && takesMethod(route, request),
  )
}

function takesHost({ match }: Route, { host }: RoutedRequest): boolean {
  if (match.hosts.length === 0) return true
  const labels = host.split('.')
  const tails = labels.map((_, index) => `.${labels.slice(index).join('.')}`).slice(1)
  return match.hosts.some(pattern =>
    pattern.kind === 'exact'
      ? pattern.host === host
      : host !== '' && host[0] !== '.' && tails.includes(pattern.suffix),
  )
}

function takesPath({ match }: Route, { decodedPath }: RoutedRequest): boolean {
  if (match.prefixes.length + match.paths.length === 0) return true
  if (match.paths.some(path => path === decodedPath)) return true
  return match.prefixes.some(prefix => {
    if (prefix === '/') return true
    const wanted = prefix.split('/')
    const given = decodedPath.split('/')
    if (wanted.at(-1) === '')
      return given.length >= wanted.length && wanted.slice(0, -1).every((s, i) => s === given[i])
    return given.length >= wanted.length && wanted.every((segment, index) => segment === given[index])
  })
}

function takesMethod({ match }: Route, { method }: RoutedRequest): boolean {
  return match.methods === undefined || [...match.methods].includes(method)
}
