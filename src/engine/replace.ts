// When a kept connection that turned out to be closing is replaced by another one to the same target, whatever the file says of
// retries (design engine, "Choosing a target"): the one case in which a request is sent again that nobody asked for.
import { type Failure, isLost } from '../base/failure.ts'
import type { OriginSide } from '../wire/origin-side.ts'

/** Methods that may be sent twice (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
/** Bytes of a body that are kept for it. */
const MAX_REPLAY = 64 * 1024
/** Connections tried by one attempt; each one but the last turned out to be closing. */
const MAX_CONNECTIONS = 5

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

/** Bytes of a body to hold because this connection may turn out so; -1 when it can't. */
export function keptFor(origin: OriginSide, mayRepeat: boolean): number {
  return origin.isShared || (origin.isReused && mayRepeat) ? MAX_REPLAY : -1
}

/** Whether a connection that failed so is replaced; `tried`: connections of this attempt, it included. */
export function isReplaced(origin: OriginSide, failure: Failure, mayRepeat: boolean, tried: number): boolean {
  if (!origin.isUntouched || tried >= MAX_CONNECTIONS) return false
  if (failure.isUnprocessed === true) return true
  return origin.isReused && mayRepeat && isLost(failure)
}
