// Where in the config the limit stands that an exchange ran into.
import type { Pointer } from '../base/pointer.ts'
import type { ReasonCode } from '../base/reason.ts'
import type { Listener, Route } from '../snapshot/snapshot.ts'

const LIMITS: ReadonlySet<ReasonCode> = new Set([
  'body_timeout',
  'body_too_large',
  'header_timeout',
  'headers_too_large',
  'overloaded',
  'uri_too_long',
  'write_timeout',
])

/** The route's own limit where it has one, else the listener's limits; for everything that is no limit, the listener. */
export function limitAt(code: ReasonCode, listener: Listener, route: Route | undefined): Pointer {
  if (!LIMITS.has(code)) return listener.at
  if (code === 'body_too_large' && route !== undefined && route.maxBodyBytes > 0)
    return `${route.at}/max_body_bytes`
  return `${listener.at}/limits`
}
