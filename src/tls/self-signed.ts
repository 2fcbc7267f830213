// Certificates that we sign ourselves. The only file that knows selfsigned, which is loaded when one has to be made.
import { isIP } from 'node:net'

export interface KeyPair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A common name has no room for more (RFC 5280, ub-common-name). */
const LONGEST_COMMON_NAME = 64

/** Who signs: a certificate that may, and its key. */
export type Authority = KeyPair

/** A certificate that may sign others, EC P-256. */
export async function makeAuthority(name: string, days: number, now: number): Promise<Authority> {
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: name }], {
    ...KIND,
    ...lifeOf(days, now),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert: made.cert, key: made.private }
}

const KIND = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

function lifeOf(days: number, now: number): { readonly notBeforeDate: Date; readonly notAfterDate: Date } {
  return { notBeforeDate: new Date(now - HOUR), notAfterDate: new Date(now + days * DAY) }
}

/** A certificate for hosts and addresses, EC P-256, valid from an hour ago so that a clock may be behind; `now` in milliseconds. Signed by itself, or by an authority. */
export async function makeSelfSigned(
  names: readonly string[],
  days: number,
  now: number,
  ca?: Authority,
): Promise<KeyPair> {
  const { generate } = await import('selfsigned')
  const common = names.find(name => name.length <= LONGEST_COMMON_NAME) ?? 'p2pstream'
  const made = await generate([{ name: 'commonName', value: common }], {
    ...KIND,
    ...lifeOf(days, now),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map(name => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
