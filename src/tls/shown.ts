// A certificate as visitors are shown it: with its bytes, whether they come from files or from ourselves.
import { hashBytes, hashOf } from '../base/hash.ts'
import type { Identity, Keep } from '../state/keep.ts'
import type { Certificate } from './certificate.ts'
import { OwnCertificate, type OwnParts } from './own-certificate.ts'

export interface Shown {
  readonly certificate: Certificate
  /** PEM. */
  readonly cert: string | Uint8Array
  readonly key: string | Uint8Array
  /** Of the bytes: the same meaning shows the same. */
  readonly meaning: string
  /** Seconds since 1970. */
  readonly notAfter: number
}

/** What a self-signed certificate is remembered by. */
export function ownIdentity({ id, names, source }: Certificate): Identity<OwnCertificate> {
  return `own-certificate:${id}#${hashOf([names, source])}`
}

/** The bytes of a certificate; those of a self-signed one are made where nobody has any. */
export async function show(certificate: Certificate, keep: Keep, parts: OwnParts): Promise<Shown> {
  const { source, hash, id, names = [], notAfter = 0 } = certificate
  switch (source.kind) {
    case 'files':
      return { certificate, cert: source.cert, key: source.key, meaning: hash, notAfter }
    case 'self_signed': {
      const own = keep.at(ownIdentity(certificate), () => new OwnCertificate(id, names, source.days))
      const pair = await own.at(parts)
      return { certificate, ...pair, meaning: `${hash} ${hashBytes(pair.cert)}` }
    }
    case 'absent':
      throw new Error(`certificate ${id} was never read`)
  }
}
