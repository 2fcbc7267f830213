// How a listener speaks TLS, compiled.
import type { Certificate } from './certificate.ts'
import type { Selection } from './select.ts'

export interface ListenerTls {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** As OpenSSL takes them, those of TLS 1.3 too. */
  readonly ciphers: string
  /** Those who sign visitors' certificates (PEM); undefined when none is asked for. */
  readonly clientCa: Uint8Array | undefined
  /** The listener's own, or all. */
  readonly certificates: readonly Certificate[]
  readonly selection: Selection
  /** Whom visitors' certificates are trusted from, as one word: sessions never cross it. */
  readonly trust: string
  /** Of everything above but the certificates. */
  readonly policy: string
}
