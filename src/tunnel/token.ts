// Whether a token is one of those whose digests the file holds. It takes the same time whatever is wrong with it.
import { hash, timingSafeEqual } from 'node:crypto'

const PREFIX = 'sha256:'

/** SHA-256 of a token, as the file holds it. */
export function tokenHash(token: string): string {
  return PREFIX + hash('sha256', token, 'hex')
}

/** Compared with when there is nothing to compare with. */
const NOBODY = tokenHash('')

/** Whether the token has the digest; undefined for an agent that isn't known, which takes just as long. */
export function isToken(token: string, digest: string | undefined): boolean {
  const isSame = timingSafeEqual(Buffer.from(tokenHash(token)), Buffer.from(padded(digest ?? NOBODY)))
  return isSame && digest !== undefined
}

/** Digests are checked when the file is read, and have one length; case is nobody's business. */
function padded(digest: string): string {
  return digest.toLowerCase().padEnd(NOBODY.length).slice(0, NOBODY.length)
}
