// Tokens of operators and agents: each is shown once, and the file holds its SHA-256. Comparing takes the same time whatever is wrong.
import { hash, timingSafeEqual } from 'node:crypto'
import type { Random } from './random.ts'

const PREFIX = 'sha256:'

/** A token of 32 random bytes; by its `prefix` scanners know whose secret it is. */
export function newToken(random: Random, prefix = ''): string {
  return prefix + Buffer.from(random.id() + random.id(), 'hex').toString('base64url')
}

/** SHA-256 of a token, as the file holds it. */
export function tokenHash(token: string): string {
  return PREFIX + hash('sha256', token, 'hex')
}

/** Compared with when there is nothing to compare with. */
const NOBODY = tokenHash('')

/** Whether the token has the hash; undefined for somebody who isn't known, which takes just as long. */
export function isToken(token: string, known: string | undefined): boolean {
  return isSameHash(tokenHash(token), known ?? NOBODY) && known !== undefined
}

/** Whether a token's hash is the one that the file holds. */
export function isSameHash(given: string, known: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(padded(known)))
}

/** Hashes are checked when the file is read, and have one length; case is nobody's business. */
function padded(known: string): string {
  return known.toLowerCase().padEnd(NOBODY.length).slice(0, NOBODY.length)
}
