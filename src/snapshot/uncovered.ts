// Hosts of routes for which their https listener has no certificate: browsers will warn of them.
import type { Diagnostic } from '../base/diagnostic.ts'
import { pointer, step } from '../base/pointer.ts'
import { watchHosts } from '../tls/warnings.ts'
import type { Listener, Route } from './snapshot.ts'

/** After so many the rest says nothing new. */
const MOST_WARNINGS = 100
/** Routes looked at in one step. */
const STEP = 512

/** One warning for each host and listener. */
export function* uncoveredHosts(listeners: readonly Listener[]): Generator<void, readonly Diagnostic[]> {
  const warnings = new Map<string, Diagnostic>()
  for (const listener of listeners) {
    if (listener.tls === undefined || !listener.enabled) continue
    const { isCovered } = watchHosts(listener.tls)
    for (const [index, route] of listener.router.routes.entries()) {
      for (const host of route.enabled ? hostsOf(route) : [])
        if (!isCovered(host) && warnings.size <= MOST_WARNINGS)
          warnings.set(`${listener.id} ${host}`, warning(host, listener, route))
      if (index % STEP === STEP - 1) yield
    }
  }
  const all = [...warnings.values()]
  return all.length <= MOST_WARNINGS ? all : [...all.slice(0, MOST_WARNINGS), andMore()]
}

function hostsOf({ match }: Route): readonly string[] {
  return match.hosts.map(host => (host.kind === 'exact' ? host.host : `*${host.suffix}`))
}

function warning(host: string, listener: Listener, route: Route): Diagnostic {
  return {
    code: 'certificate/uncovered-host',
    severity: 'warning',
    message: `no certificate of the listener "${listener.id}" is for ${host}`,
    at: step(step(route.at, 'match'), 'host'),
    on: 'value',
    related: [{ at: listener.at, on: 'key', message: 'the listener is here' }],
  }
}

function andMore(): Diagnostic {
  return {
    code: 'certificate/uncovered-host',
    severity: 'warning',
    message: 'more hosts have no certificate; not all are shown',
    at: pointer('routes'),
    on: 'key',
  }
}
