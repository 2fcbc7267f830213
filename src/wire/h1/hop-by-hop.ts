// The fields that end at this hop in both directions (RFC 9110 7.6.1): the only such list.
import { FIELD, type FieldId } from './names.ts'

const HOP_BY_HOP: readonly FieldId[] = [
  FIELD.connection,
  FIELD.transferEncoding,
  FIELD.upgrade,
  FIELD.te,
  FIELD.keepAlive,
  FIELD.proxyConnection,
  FIELD.proxyAuthorization,
  FIELD.proxyAuthenticate,
  FIELD.http2Settings,
]

/** By field number: 1 for lines that never go on as they came, the hop-by-hop ones and `others`. */
export function endingFields(others: readonly number[]): Uint8Array {
  const ends = new Uint8Array(64)
  for (const id of [...HOP_BY_HOP, ...others]) ends[id] = 1
  return ends
}

/** A Content-Length as we write it; one with leading zeros is within the grammar, and written anew. */
export const CANONICAL_LENGTH: RegExp = /^(?:0|[1-9]\d*)$/
