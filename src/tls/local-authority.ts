// Certificates that an authority of our own signs: both kept in the state folder, and made anew when they grow old. Clients trust
// the authority, so it stays when names change.
import { hashBytes, hashOf } from '../base/hash.ts'
import { readSecret, writeSecret } from '../state/folder.ts'
import { type OwnPair, type OwnParts, pairOf } from './own-certificate.ts'
import { makeAuthority, makeSelfSigned } from './self-signed.ts'

export interface Signed {
  /** The certificate and, behind it, the authority's (PEM). */
  readonly cert: string
  readonly key: string
  /** Seconds since 1970. */
  readonly notAfter: number
}

/** What the authority and the certificate are kept as; others read the first to know whom to trust. */
export const AUTHORITY_FILE = 'management/ca.pem'
const AUTHORITY_KEY_FILE = 'management/ca.key'
const SERVER_FILE = 'management/server.pem'

const AUTHORITY_DAYS = 3650
/** What browsers accept. */
const SERVER_DAYS = 365
/** Less than this share of its life left, and another one is made. */
const OLD = 1 / 3
const DAY = 86_400

function isFresh(pair: OwnPair, days: number, now: number): boolean {
  return pair.notAfter - now / 1000 > days * DAY * OLD
}

/** State: what was made or read before. */
export class LocalAuthority {
  private authority: OwnPair | undefined
  private signed: Signed | undefined
  /** Whom and by whom `signed` was made. */
  private mark = ''

  /** The certificate to show now for these names; the same until it grows old or the names change. */
  async at(names: readonly string[], parts: OwnParts): Promise<Signed> {
    const authority = await this.authorityAt(parts)
    const mark = `p2pstream management ${hashOf([names, hashBytes(authority.cert)])}\n`
    const known = this.mark === mark ? this.signed : await this.kept(mark, authority, parts)
    const isGood = known !== undefined && isFresh(known, SERVER_DAYS, parts.now)
    this.signed = isGood ? known : await this.made(names, mark, authority, parts)
    this.mark = mark
    return this.signed
  }

  private async authorityAt(parts: OwnParts): Promise<OwnPair> {
    const known = this.authority ?? (await keptAuthority(parts))
    this.authority =
      known !== undefined && isFresh(known, AUTHORITY_DAYS, parts.now)
        ? known
        : await makeKeptAuthority(parts)
    return this.authority
  }

  private async kept(mark: string, authority: OwnPair, { folder }: OwnParts): Promise<Signed | undefined> {
    const text = await readSecret(folder, SERVER_FILE)
    const pair = text?.startsWith(mark) ? pairOf(text, text) : undefined
    return pair && { ...pair, cert: pair.cert + authority.cert }
  }

  private async made(
    names: readonly string[],
    mark: string,
    authority: OwnPair,
    { folder, now, notKept }: OwnParts,
  ): Promise<Signed> {
    const { cert, key } = await makeSelfSigned(names, SERVER_DAYS, now, authority)
    const pair = pairOf(cert, key)
    if (pair === undefined) throw new Error(`a certificate for ${names.join(', ')} can't be read`)
    const text = mark + pair.cert + pair.key
    await writeSecret(folder, SERVER_FILE, text).catch(error => notKept(SERVER_FILE, error))
    return { ...pair, cert: pair.cert + authority.cert }
  }
}

async function keptAuthority({ folder }: OwnParts): Promise<OwnPair | undefined> {
  const cert = await readSecret(folder, AUTHORITY_FILE)
  const key = await readSecret(folder, AUTHORITY_KEY_FILE)
  return cert === undefined || key === undefined ? undefined : pairOf(cert, key)
}

async function makeKeptAuthority({ folder, now, notKept }: OwnParts): Promise<OwnPair> {
  const { cert, key } = await makeAuthority(
    `p2pstream management ${hashOf([now, folder]).slice(0, 8)}`,
    AUTHORITY_DAYS,
    now,
  )
  const pair = pairOf(cert, key)
  if (pair === undefined) throw new Error("the certificate of our own authority can't be read")
  await writeSecret(folder, AUTHORITY_KEY_FILE, pair.key)
    .then(() => writeSecret(folder, AUTHORITY_FILE, pair.cert))
    .catch(error => notKept(AUTHORITY_FILE, error))
  return pair
}
