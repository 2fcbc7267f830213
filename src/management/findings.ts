// How the last load ended, as programs get it.
import { tellDiagnostic } from '../base/told-diagnostic.ts'
import type { LoadResult, ReloadStatus } from '../reload/status.ts'

type Told = Readonly<Record<string, unknown>>

const moment = (wall: number | undefined): string | undefined =>
  wall === undefined ? undefined : new Date(wall).toISOString()

/** With every finding, its place, and the line of that place. */
export function tellLoad(result: LoadResult): Told {
  const { kind, cause, at, took, findings } = result
  return {
    result: kind,
    cause,
    at: moment(at),
    took_ms: Math.round(took),
    findings: findings.map(({ diagnostic, frame }) => ({ ...tellDiagnostic(diagnostic), frame })),
  }
}

/** What runs, since when, and how the last load ended. */
export function tellConfig(status: ReloadStatus): Told {
  return {
    generation: status.generation,
    revision: status.revision,
    applied_at: moment(status.appliedAt),
    applied_source: status.appliedSource,
    source: status.source,
    last: status.last === undefined ? undefined : tellLoad(status.last),
  }
}
