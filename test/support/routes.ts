// Compiled routes for tests that need no more than their conditions.
import { compileMatch } from '../../src/match/compile.ts'
import type { Route } from '../../src/snapshot/snapshot.ts'

export interface RouteWords {
  readonly priority?: number
  readonly enabled?: boolean
  readonly isDefault?: boolean
  readonly listeners?: readonly string[]
  readonly host?: readonly string[]
  readonly prefix?: readonly string[]
  readonly path?: readonly string[]
  readonly methods?: readonly string[]
}

/** A route that redirects to `/`, with the conditions given. */
export function routeOf(id: string, words: RouteWords = {}): Route {
  const { host = [], prefix = [], path = [], methods = [] } = words
  return {
    id,
    name: id,
    at: `/routes/${id}`,
    hash: '',
    listeners: words.listeners ?? ['web'],
    enabled: words.enabled ?? true,
    isDefault: words.isDefault ?? false,
    priority: words.priority ?? 100,
    match: compileMatch({ host, path_prefix: prefix, path, methods }),
    pathSecurity: 'strict',
    maxBodyBytes: 0,
    responseEdits: undefined,
    errorPages: undefined,
    action: {
      kind: 'redirect',
      at: `/routes/${id}/redirect`,
      mode: 'same_host_path',
      target: '/',
      base: { origin: '', path: '/', query: '', fragment: '', port: '' },
      status: 302,
      preservePathSuffix: false,
      preserveQuery: false,
      prefixes: [],
      exactPaths: [],
    },
  }
}

/** Runs a generator to its end, for tests that don't care for its pauses. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
