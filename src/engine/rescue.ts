// From what went wrong to what the visitor is told: the one table of design engine, "Failures".
import type { Reason, ReasonCode } from '../base/reason.ts'
import type { Answer } from '../http/answer.ts'
import type { Field } from '../http/edits.ts'
import { refuse } from '../http/refusal.ts'

/** Codes that aren't here (`redirect`, `static`, ...) are no trouble. 499 is for the record: nobody is left to read it. */
const STATUS: Readonly<Partial<Record<ReasonCode, number>>> = {
  bad_request: 400,
  bad_path: 400,
  encoded_separator: 400,
  no_route: 404,
  method_not_allowed: 405,
  header_timeout: 408,
  body_timeout: 408,
  body_too_large: 413,
  uri_too_long: 414,
  expectation_failed: 417,
  misdirected_request: 421,
  upgrade_required: 426,
  headers_too_large: 431,
  client_cancelled: 499,
  write_timeout: 499,
  internal_error: 500,
  unsupported_transfer_coding: 501,
  unsupported_protocol: 501,
  connection_refused: 502,
  connection_terminated: 502,
  destination_ip_unroutable: 502,
  dns_error: 502,
  tls_protocol_error: 502,
  tls_certificate_error: 502,
  tls_alert_received: 502,
  proxy_connect_error: 502,
  http_protocol_error: 502,
  http_response_header_section_size: 502,
  http_upgrade_failed: 502,
  agent_disconnected: 502,
  agent_dial_failed: 502,
  agent_dial_forbidden: 502,
  no_target_available: 503,
  no_agent_available: 503,
  agent_capacity: 503,
  connection_limit_reached: 503,
  overloaded: 503,
  drained: 503,
  connection_timeout: 504,
  connection_read_timeout: 504,
  connection_write_timeout: 504,
  dns_timeout: 504,
  http_response_timeout: 504,
  agent_dial_timeout: 504,
  unsupported_version: 505,
}

/** What goes with a code: when to come back (RFC 9110 10.2.3), or what would have been allowed (15.5.6). */
const EXTRA_FIELDS: Readonly<Partial<Record<ReasonCode, readonly Field[]>>> = {
  agent_capacity: [['Retry-After', '1']],
  connection_limit_reached: [['Retry-After', '1']],
  no_target_available: [['Retry-After', '1']],
  overloaded: [['Retry-After', '1']],
  drained: [['Retry-After', '1']],
  method_not_allowed: [['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']],
}

/** The status a reason is answered with. */
export function statusOf(code: ReasonCode): number {
  return STATUS[code] ?? 500
}

/** The answer for a refusal or a failure; `status` is the table's unless the codec says its own. */
export function rescue(reason: Reason, status: number = statusOf(reason.code)): Answer {
  return refuse(status, reason, EXTRA_FIELDS[reason.code])
}

/** The answer for what may be possible again in so many seconds (RFC 9110 10.2.3). */
export function refuseForNow(reason: Reason, retryAfter: number): Answer {
  return refuse(statusOf(reason.code), reason, [['Retry-After', String(retryAfter)]])
}
