// A running server at a glance.
import type { Engine } from '../engine/engine.ts'
import type { ReloadStatus } from '../reload/status.ts'
import { unsafeSettings } from './unsafe.ts'

/** What is known of the process when it starts. */
export interface Facts {
  readonly version: string
  /** The commit. */
  readonly build: string | undefined
  readonly node: string
  readonly pid: number
  /** The config as people know it. */
  readonly file: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** Plain data; names are those that programs get. */
export function tellStatus(engine: Engine, status: ReloadStatus, facts: Facts, ready: boolean): unknown {
  const { current } = engine
  const listeners = engine.entrances().map(({ listener, address, connections, inFlight }) => ({
    id: listener,
    address,
    connections,
    requests_in_flight: inFlight,
  }))
  return {
    version: facts.version,
    build: facts.build,
    node: facts.node,
    pid: facts.pid,
    started_at: new Date(facts.startedAt).toISOString(),
    ready,
    config: {
      file: facts.file,
      generation: status.generation,
      revision: status.revision,
      applied_at: status.appliedAt === undefined ? undefined : new Date(status.appliedAt).toISOString(),
      last: status.last?.kind,
      errors: status.last?.findings.filter(({ diagnostic }) => diagnostic.severity === 'error').length,
      warnings: status.last?.findings.filter(({ diagnostic }) => diagnostic.severity === 'warning').length,
    },
    requests_in_flight: engine.inFlight,
    listeners,
    routes: current?.routes.size ?? 0,
    pools: current?.pools.size ?? 0,
    unsafe: current === undefined ? [] : unsafeSettings(current),
  }
}
