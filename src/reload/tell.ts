// How a load ended, as one event of the log.
import type { Fields, Log } from '../observe/log.ts'
import type { Plan } from '../snapshot/plan.ts'
import type { Finding } from './finding.ts'
import type { LoadResult, ReloadStatus } from './status.ts'

/** Findings in one event; the rest is a number. `validate` shows them all. */
const MOST = 20

function findingFields(findings: readonly Finding[]): Fields {
  if (findings.length === 0) return {}
  const shown = findings.slice(0, MOST).map(({ diagnostic }) => ({
    severity: diagnostic.severity,
    code: diagnostic.code,
    message: diagnostic.message,
    at: diagnostic.at,
    file: diagnostic.place?.file,
    line: diagnostic.place?.line,
    column: diagnostic.place?.column,
    help: diagnostic.help,
  }))
  const count = (severity: string): number =>
    findings.filter(({ diagnostic }) => diagnostic.severity === severity).length
  return { errors: count('error'), warnings: count('warning'), findings: shown }
}

function planFields({ listeners, routes }: Plan): Fields {
  const moved = listeners
    .filter(({ kind }) => kind !== 'kept')
    .map(({ kind, id, address }) => `${id} ${address} ${kind}`)
  const counts = {
    added: routes.added.length,
    changed: routes.changed.length,
    removed: routes.removed.length,
  }
  return { routes: { ...counts, kept: routes.kept }, ...(moved.length === 0 ? {} : { listeners: moved }) }
}

/** Tells `log` how a load ended; `status` already counts it. A first load that fails is shown by the command that made it. */
export function tellResult(log: Log, result: LoadResult, status: ReloadStatus): void {
  const { cause, findings } = result
  if (cause === 'start' && result.kind !== 'applied') return
  const fields = {
    cause,
    took_ms: Math.round(result.took),
    generation: status.generation,
    revision: status.revision,
  }
  switch (result.kind) {
    case 'applied':
      log.info('config/applied', { ...fields, ...planFields(result.plan), ...findingFields(findings) })
      return
    case 'unchanged':
      log.info('config/unchanged', { ...fields, ...findingFields(findings) })
      return
    case 'rejected':
      log.error('config/rejected', { ...fields, ...findingFields(findings) })
      return
    case 'failed':
      log.error('internal/error', { ...fields, error: result.error })
  }
}
