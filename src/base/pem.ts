// Certificates and keys in their usual clothes (PEM, RFC 7468). Text around the blocks means nothing.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined // OpenSSL's words say nothing to a person.
  }
}

/** Every certificate, in order; undefined when there is none, or one that can't be read. */
export function readCertificates(bytes: Uint8Array): readonly X509Certificate[] | undefined {
  const blocks = Buffer.from(bytes).toString('latin1').match(CERTIFICATE) ?? []
  const read = blocks.map(block => attempt(() => new X509Certificate(block)))
  const certificates = read.filter(certificate => certificate !== undefined)
  return certificates.length === 0 || certificates.length < read.length ? undefined : certificates
}

/** The private key; undefined when there is none, or one with another passphrase than this. */
export function readPrivateKey(bytes: Uint8Array, passphrase?: string): KeyObject | undefined {
  const locked = passphrase === undefined ? {} : { passphrase }
  return attempt(() => createPrivateKey({ key: Buffer.from(bytes), format: 'pem', ...locked }))
}

/** Whether there is a key that only a passphrase opens. */
export function isKeyLocked(bytes: Uint8Array): boolean {
  return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(Buffer.from(bytes).toString('latin1'))
}
