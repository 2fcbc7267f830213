// Standard reason phrases (RFC 9110 15 and the IANA registry, as Node carries it).
import { STATUS_CODES } from 'node:http'

/** The phrase of a status, `''` for one that has none. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? ''
}
