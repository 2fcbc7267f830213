// The guard against a file that lost most of itself: half written, half merged, or generated from nothing.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/**
 * A refusal when more of the running routes would go (or be disabled) than what runs allows. The limit is the running one: a
 * file that lost its `server` block must not lift it.
 */
export function tooManyRemoved(current: Snapshot | undefined, next: Snapshot): Diagnostic | undefined {
  if (current === undefined) return undefined
  let total = 0
  let removed = 0
  for (const [id, { enabled }] of current.routes) {
    if (!enabled) continue
    total += 1
    if (next.routes.get(id)?.enabled !== true) removed += 1
  }
  const most = current.reload.maxRemovedRoutes
  if (removed <= most * total) return undefined
  const share = Math.round(most * 10_000) / 100
  return {
    code: 'reload/routes-removed',
    severity: 'error',
    message: `${removed} of ${total} running routes would go, more than the ${share}% of max_removed_routes`,
    at: '/routes',
    on: 'key',
    help: 'if this is meant, raise server.reload.max_removed_routes first and let that become live',
  }
}
