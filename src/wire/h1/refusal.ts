// What the codec says to a message that it won't read: the status for a visitor, a reason code, the rule that was broken.
import type { ReasonCode } from '../../base/reason.ts'

export interface Refusal {
  readonly status: number
  readonly code: ReasonCode
  /** For the log. Names the rule, never quotes the bytes. */
  readonly detail: string
}

/** 400: the grammar of RFC 9112, or a reading on which two parsers could differ. */
export function malformed(detail: string): Refusal {
  return { status: 400, code: 'bad_request', detail }
}

export const HEADERS_TOO_LARGE: Refusal = {
  status: 431,
  code: 'headers_too_large',
  detail: 'the head is larger than max_header_bytes',
}
export const TOO_MANY_HEADERS: Refusal = {
  status: 431,
  code: 'headers_too_large',
  detail: 'more fields than max_headers',
}
export const URI_TOO_LONG: Refusal = {
  status: 414,
  code: 'uri_too_long',
  detail: 'the target is longer than max_url_bytes',
}
export const UNKNOWN_VERSION: Refusal = {
  status: 505,
  code: 'unsupported_version',
  detail: 'neither HTTP/1.0 nor HTTP/1.1',
}
export const UNKNOWN_CODING: Refusal = {
  status: 501,
  code: 'unsupported_transfer_coding',
  detail: 'a transfer coding other than chunked',
}
export const UNKNOWN_EXPECTATION: Refusal = {
  status: 417,
  code: 'expectation_failed',
  detail: 'an expectation other than 100-continue',
}
export const NO_SUCH_METHOD: Refusal = {
  status: 405,
  code: 'method_not_allowed',
  detail: 'CONNECT and TRACE are not served',
}
export const HEADER_TIMEOUT: Refusal = {
  status: 408,
  code: 'header_timeout',
  detail: 'the head took longer than header_timeout',
}
export const BODY_TIMEOUT: Refusal = {
  status: 408,
  code: 'body_timeout',
  detail: 'no progress of the body for body_idle_timeout',
}
