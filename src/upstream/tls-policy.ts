// Versions and cipher suites towards an origin: three well-known sets, or what the file says.
import { SUITES_12, SUITES_13 } from '../base/cipher-suites.ts'
import type { TlsPolicy as WrittenPolicy } from '../config/shape.gen.ts'
import type { TlsPolicy } from '../net/trust.ts'

/** Mozilla's guidelines for server-side TLS, 5.7, in their order; DHE comes last there too. */
const INTERMEDIATE = [
  ...SUITES_12,
  'DHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-CHACHA20-POLY1305',
] as const
/** What the guidelines call old, without 3DES, which Node's OpenSSL is built without. */
const OLD = [
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'DHE-RSA-AES128-SHA256',
  'DHE-RSA-AES256-SHA256',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA256',
  'AES256-SHA256',
  'AES128-SHA',
  'AES256-SHA',
] as const

/** Shared keys in place of certificates. TLS 1.3 uses ours with SHA-256 only; before it, suites with forward secrecy come first. */
const PSK_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'DHE-PSK-AES128-GCM-SHA256',
  'DHE-PSK-AES256-GCM-SHA384',
  'DHE-PSK-CHACHA20-POLY1305',
  'PSK-AES128-GCM-SHA256',
  'PSK-AES256-GCM-SHA384',
  'PSK-CHACHA20-POLY1305',
].join(':')

const INTERMEDIATE_POLICY: TlsPolicy = Object.freeze({
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [...SUITES_13, ...INTERMEDIATE].join(':'),
})

export const TLS_POLICIES: Readonly<Record<'modern' | 'intermediate' | 'compat', TlsPolicy>> = Object.freeze({
  modern: Object.freeze({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: SUITES_13.join(':') }),
  intermediate: INTERMEDIATE_POLICY,
  // Nothing before TLS 1.2 has a signature that OpenSSL's usual security level lets pass.
  compat: Object.freeze({
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.3',
    ciphers: [...SUITES_13, ...INTERMEDIATE, ...OLD, '@SECLEVEL=0'].join(':'),
  }),
})

/** What is written, as OpenSSL takes it. A list without suites of TLS 1.3 says nothing about them. */
export function tlsPolicyOf(written: NonNullable<WrittenPolicy>): TlsPolicy {
  if (typeof written === 'string') return TLS_POLICIES[written]
  const { min_version: min, max_version: max, ciphers } = written
  const hasNew = /(^|:)TLS_/.test(ciphers)
  return Object.freeze({
    minVersion: `TLSv${min}`,
    maxVersion: `TLSv${max}`,
    ciphers: ciphers === '' ? INTERMEDIATE_POLICY.ciphers : [...(hasNew ? [] : SUITES_13), ciphers].join(':'),
  })
}

/** The same versions for a connection whose two ends share a key. */
export function withSharedKey(policy: TlsPolicy): TlsPolicy {
  return Object.freeze({ ...policy, ciphers: PSK_SUITES })
}
