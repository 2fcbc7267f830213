// What goes wrong on the way to an origin, by its names in RFC 9209 2.3.
import type { Failure } from '../base/failure.ts'
import type { ReasonCode } from '../base/reason.ts'

/** The `code` of an error with which a connection ends because the tunnel that carried it has ended. */
export const SESSION_ENDED = 'ERR_TUNNEL_ENDED'

const CODES: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'connection_refused',
  ENOENT: 'connection_refused',
  EACCES: 'connection_refused',
  ENOTFOUND: 'dns_error',
  EAI_AGAIN: 'dns_error',
  ENODATA: 'dns_error',
  ETIMEDOUT: 'connection_timeout',
  EHOSTUNREACH: 'destination_ip_unroutable',
  ENETUNREACH: 'destination_ip_unroutable',
  EADDRNOTAVAIL: 'destination_ip_unroutable',
  ECONNRESET: 'connection_terminated',
  [SESSION_ENDED]: 'agent_disconnected',
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return error.errors.map(codeOf).find(code => code !== '') ?? ''
  return ''
}

/** The system's error as a failure of the origin's side; `fallback` where RFC 9209 has no name for it. */
export function originFailure(error: Error, fallback: ReasonCode): Failure {
  const code = codeOf(error)
  const detail = code === '' || code === SESSION_ENDED ? error.message : code
  return { code: CODES[code] ?? fallback, side: 'origin', detail }
}

/** A time that ran out, by the key that set it. */
export function timedOut(key: 'connection_timeout' | 'total_connection_timeout'): Failure {
  return { code: 'connection_timeout', side: 'origin', detail: key }
}

/** What went wrong with a proxy on the way, told from what goes wrong with the origin behind it. */
export function proxyFailure(failure: Failure): Failure {
  return { ...failure, detail: `proxy: ${failure.detail}` }
}
