// The written conditions of a route, compiled.
import type { Match } from '../config/shape.gen.ts'
import { pathBytes } from '../http/path.ts'
import type { HostPattern, RouteMatch } from './route-match.ts'

/** Compiles conditions that are known to be well-formed; a repeated member counts once. */
export function compileMatch(match: Match): RouteMatch {
  return {
    hosts: unique(match.host.map(plainHost)).map(hostPattern),
    prefixes: unique(match.path_prefix.map(pathBytes)),
    paths: unique(match.path.map(pathBytes)),
    methods: match.methods.length === 0 ? undefined : new Set(match.methods),
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)]
}

function plainHost(written: string): string {
  const host = written.toLowerCase()
  return host.endsWith('.') ? host.slice(0, -1) : host
}

function hostPattern(host: string): HostPattern {
  return host.startsWith('*.') ? { kind: 'wildcard', suffix: host.slice(1) } : { kind: 'exact', host }
}
