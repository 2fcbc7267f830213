// A self-signed certificate over time: remembered while we run, kept in the state folder, made anew when it grows old.
import { hashOf } from '../base/hash.ts'
import { readCertificates, readPrivateKey } from '../base/pem.ts'
import { readSecret, writeSecret } from '../state/folder.ts'
import { type KeyPair, makeSelfSigned } from './self-signed.ts'

export interface OwnParts {
  /** Where it outlives the process. */
  readonly folder: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** The folder can't be written: the certificate lives in memory alone. */
  readonly notKept: (name: string, error: unknown) => void
}

export interface OwnPair extends KeyPair {
  /** Seconds since 1970. */
  readonly notAfter: number
}

/** Less than this share of its life left, and another one is made. */
const OLD = 1 / 3

/** State: one for each self-signed certificate, by its id and what it says. */
export class OwnCertificate {
  private pair: OwnPair | undefined
  private readonly names: readonly string[]
  private readonly days: number
  private readonly name: string
  /** The first line of its file: whom and what it was made for. */
  private readonly mark: string

  constructor(id: string, names: readonly string[], days: number) {
    this.names = names
    this.days = days
    this.name = `self-signed/${id}.pem`
    this.mark = `p2pstream self-signed ${hashOf([names, days])}\n`
  }

  /** The pair to show now. */
  async at(parts: OwnParts): Promise<OwnPair> {
    this.pair = this.whileFresh(this.pair, parts.now) ?? (await this.kept(parts)) ?? (await this.made(parts))
    return this.pair
  }

  private whileFresh(pair: OwnPair | undefined, now: number): OwnPair | undefined {
    const life = this.days * 86_400
    return pair !== undefined && pair.notAfter - now / 1000 > life * OLD ? pair : undefined
  }

  private async kept({ folder, now }: OwnParts): Promise<OwnPair | undefined> {
    const text = await readSecret(folder, this.name)
    return text?.startsWith(this.mark) ? this.whileFresh(pairOf(text, text), now) : undefined
  }

  private async made({ folder, now, notKept }: OwnParts): Promise<OwnPair> {
    const { cert, key } = await makeSelfSigned(this.names, this.days, now)
    const pair = pairOf(cert, key)
    if (pair === undefined)
      throw new Error(`a self-signed certificate for ${this.names.join(', ')} can't be read`)
    const text = this.mark + pair.cert + pair.key
    await writeSecret(folder, this.name, text).catch(error => notKept(this.name, error))
    return pair
  }
}

/** Undefined when the texts don't hold a certificate and its key. */
export function pairOf(cert: string, key: string): OwnPair | undefined {
  const leaf = readCertificates(Buffer.from(cert))?.[0]
  const privateKey = readPrivateKey(Buffer.from(key))
  if (leaf === undefined || privateKey === undefined || !leaf.checkPrivateKey(privateKey)) return undefined
  const notAfter = Math.floor(Date.parse(leaf.validTo) / 1000)
  return { cert: leaf.toString(), key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), notAfter }
}
