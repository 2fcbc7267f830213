// Why an exchange ended the way it did: a code that never changes its meaning, and the place in the config that caused it.
import type { Pointer } from './pointer.ts'

/**
 * Codes of answers we give ourselves and of exchanges that broke. Where RFC 9209 (Proxy-Status) has a name, it is used verbatim.
 * The table of situations and statuses is design `engine`, "Failures".
 */
export type ReasonCode =
  // the visitor's request
  | 'bad_request'
  | 'bad_path'
  | 'encoded_separator'
  | 'uri_too_long'
  | 'headers_too_large'
  | 'unsupported_transfer_coding'
  | 'unsupported_version'
  | 'method_not_allowed'
  | 'expectation_failed'
  | 'upgrade_required'
  | 'misdirected_request'
  | 'unsupported_protocol'
  | 'body_too_large'
  | 'header_timeout'
  | 'body_timeout'
  | 'write_timeout'
  | 'client_cancelled'
  // our decision
  | 'no_route'
  | 'redirect'
  | 'static'
  | 'options_asterisk'
  | 'no_target_available'
  | 'overloaded'
  | 'drained'
  // the origin (RFC 9209 2.3)
  | 'connection_refused'
  | 'connection_terminated'
  | 'connection_timeout'
  | 'connection_read_timeout'
  | 'connection_write_timeout'
  | 'connection_limit_reached'
  | 'destination_ip_unroutable'
  | 'dns_error'
  | 'dns_timeout'
  | 'tls_protocol_error'
  | 'tls_certificate_error'
  | 'tls_alert_received'
  | 'proxy_connect_error'
  | 'http_protocol_error'
  | 'http_response_timeout'
  | 'http_response_header_section_size'
  | 'http_upgrade_failed'
  // the agent through which the origin is reached
  | 'no_agent_available'
  | 'agent_disconnected'
  | 'agent_dial_failed'
  | 'agent_dial_timeout'
  | 'agent_dial_forbidden'
  | 'agent_capacity'
  | 'internal_error'

/** `detail` is for the log and explain only; it may name addresses and is never sent to a visitor. */
export interface Reason {
  readonly code: ReasonCode
  readonly at?: Pointer
  readonly detail?: string
}
