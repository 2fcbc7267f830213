// What handshakes of ours are made from: who signs the origins that we believe, what we show them, versions and suites.
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureVersion,
  setDefaultCACertificates,
} from 'node:tls'
import { hashBytes, hashOf } from '../base/hash.ts'
import type { Secret } from '../base/secret.ts'

export interface TlsPolicy {
  readonly minVersion: SecureVersion
  readonly maxVersion: SecureVersion
  /** OpenSSL's names with `:` between. */
  readonly ciphers: string
}

/** Both PEM. */
export interface OwnCertificate {
  readonly cert: Uint8Array
  readonly key: Uint8Array
  readonly passphrase: Secret | undefined
}

export interface TrustTerms {
  /** Files of certificates (PEM) in place of the built-in and the system's ones; an empty list trusts nobody. */
  readonly ca: readonly Uint8Array[] | undefined
  /** Without `ca`: whether the system's are believed beside the built-in ones. */
  readonly useSystemCerts: boolean
  readonly policy: TlsPolicy
  readonly own: OwnCertificate | undefined
}

/**
 * The first context that trusts the system's store takes a tenth of a second to make, so contexts are asked for while a
 * configuration is being adopted, and not by a request.
 */
export interface Trust {
  context(terms: TrustTerms): SecureContext
}

/** Trust of one process; contexts of equal terms are the same, for as long as somebody uses them. */
export function openTrust(): Trust {
  const contexts = new Map<string, WeakRef<SecureContext>>()
  const hashes = new WeakMap<Uint8Array, string>()
  let hasSystem = false

  function hashed(bytes: Uint8Array): string {
    const known = hashes.get(bytes) ?? hashBytes(bytes)
    hashes.set(bytes, known)
    return known
  }

  function meaningOf({ ca, useSystemCerts, policy, own }: TrustTerms): string {
    return hashOf([
      ca === undefined ? useSystemCerts : ca.map(hashed),
      policy,
      own && [hashed(own.cert), hashed(own.key), hashBytes(own.passphrase?.reveal() ?? '')],
    ])
  }

  return {
    context(terms) {
      const meaning = meaningOf(terms)
      const known = contexts.get(meaning)?.deref()
      if (known !== undefined) return known
      if (terms.ca === undefined && terms.useSystemCerts && !hasSystem) {
        trustSystem()
        hasSystem = true
      }
      for (const [other, context] of contexts) if (context.deref() === undefined) contexts.delete(other)
      const made = makeContext(terms)
      contexts.set(meaning, new WeakRef(made))
      return made
    },
  }
}

function makeContext({ ca, useSystemCerts, policy, own }: TrustTerms): SecureContext {
  const bundled = useSystemCerts ? undefined : [...getCACertificates('bundled')]
  const trusted = ca?.map(buffer) ?? bundled
  const passphrase = own?.passphrase?.reveal()
  return createSecureContext({
    minVersion: policy.minVersion,
    maxVersion: policy.maxVersion,
    ciphers: policy.ciphers,
    ...(trusted === undefined ? {} : { ca: trusted }),
    ...(own === undefined ? {} : { cert: buffer(own.cert), key: buffer(own.key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  })
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Whoever Node brings along and whoever the system trusts; most are both, and each takes time to read. */
function trustSystem(): void {
  const all = [...getCACertificates('bundled'), ...getCACertificates('system')]
  const different = new Map(all.map(text => [text.replace(/\s+/g, ''), text]))
  setDefaultCACertificates([...different.values()])
}
