// The fields that end at this hop in both directions (RFC 9110 7.6.1): the only such list.
import { FIELD, type FieldId } from './names.ts'

/** Those that are about this very connection and its protocol. */
export const CONNECTION_ONLY: readonly FieldId[] = [FIELD.connection, FIELD.upgrade, FIELD.http2Settings]

export const HOP_BY_HOP: readonly FieldId[] = [
  ...CONNECTION_ONLY,
  FIELD.transferEncoding,
  FIELD.te,
  FIELD.keepAlive,
  FIELD.proxyConnection,
  FIELD.proxyAuthorization,
  FIELD.proxyAuthenticate,
]

/** By field number: 1 for those. */
export function endingFields(ids: readonly number[]): Uint8Array {
  const ends = new Uint8Array(64)
  for (const id of ids) ends[id] = 1
  return ends
}

/** A Content-Length as we write it; one with leading zeros is within the grammar, and written anew. */
export const CANONICAL_LENGTH: RegExp = /^(?:0|[1-9]\d*)$/
