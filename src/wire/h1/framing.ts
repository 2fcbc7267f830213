// How long a body is (RFC 9112 6.3), read so that no two parsers could disagree.

import type { Head } from './head.ts'
import { FIELD } from './names.ts'
import { malformed, type Refusal, UNKNOWN_CODING } from './refusal.ts'

/** The body's length in bytes, or one of these. */
export const CHUNKED = -1
export const UNTIL_CLOSE = -2

const BOTH = malformed('Content-Length beside Transfer-Encoding')
const REPEATED_LENGTH = malformed('more than one Content-Length')
const BAD_LENGTH = malformed('a Content-Length that is not a decimal number up to 2^53 - 1')
const TAB_AT_CODING = malformed('a tab beside a transfer coding, which parsers read differently')
const CODING_IN_1_0 = malformed('Transfer-Encoding in HTTP/1.0')

const DIGITS = /^\d{1,20}$/

/** The value of a Content-Length, or a refusal. Leading zeros are within the grammar; whoever forwards it writes it anew. */
function readLength(head: Head): number | Refusal {
  if (head.counts[FIELD.contentLength] !== 1) return REPEATED_LENGTH
  const text = head.known(FIELD.contentLength) ?? ''
  const length = DIGITS.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(length) ? length : BAD_LENGTH
}

/** undefined: there is neither field. */
function readFraming(head: Head, isHttp10: boolean): number | Refusal | undefined {
  if (head.counts[FIELD.transferEncoding] === 0) {
    return head.counts[FIELD.contentLength] === 0 ? undefined : readLength(head)
  }
  if (isHttp10) return CODING_IN_1_0
  if (head.counts[FIELD.contentLength] !== 0) return BOTH
  const coding = head.known(FIELD.transferEncoding) ?? ''
  if (head.counts[FIELD.transferEncoding] !== 1 || coding.toLowerCase() !== 'chunked') return UNKNOWN_CODING
  return hasTab(head, head.firsts[FIELD.transferEncoding] ?? 0) ? TAB_AT_CODING : CHUNKED
}

/** A tab is white space by the grammar, but llhttp takes `chunked\t` for another coding: a response would end elsewhere. */
function hasTab(head: Head, index: number): boolean {
  return head.text.slice(head.colons[index], head.end(index)).includes('\t')
}

/** Bytes of a request's body, CHUNKED, or why the request is refused. Without either field there is no body. */
export function requestFraming(head: Head, isHttp10: boolean): number | Refusal {
  return readFraming(head, isHttp10) ?? 0
}

/** The same for a response; `isBodiless` is for answers to HEAD, 1xx, 204 and 304, whatever their fields say. */
export function responseFraming(head: Head, isHttp10: boolean, isBodiless: boolean): number | Refusal {
  const framing = readFraming(head, isHttp10)
  if (typeof framing === 'object') return framing
  return isBodiless ? 0 : (framing ?? UNTIL_CLOSE)
}
