// What the handshakes of a listener go by: its certificates as OpenSSL takes them, and everything they agree on.
import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { hashOf } from '../base/hash.ts'
import type { Identity } from '../state/keep.ts'
import type { ListenerTls } from './listener-tls.ts'
import type { Shown } from './shown.ts'
import { TICKET_LIFE, type Tickets } from './tickets.ts'

export interface Terms {
  readonly tls: ListenerTls
  /** What a visitor gets who asks for nothing that is there. */
  readonly fallback: SecureContextOptions
  /** By the certificate's id. */
  readonly credentials: ReadonlyMap<string, SecureContext>
  readonly tickets: Tickets
  /** Protocols in the order of preference (ALPN, RFC 7301). */
  readonly protocols: readonly string[]
  /** Who shows no certificate that `tls.clientCa` signed doesn't get in; otherwise it is only asked for. */
  readonly needsClient: boolean
  /** Milliseconds for a whole handshake. */
  readonly timeout: number
}

/** What one certificate and the listener's policy mean together. */
export function credentialsIdentity(
  { certificate, meaning }: Shown,
  { policy }: ListenerTls,
): Identity<SecureContext> {
  return `credentials:${certificate.id}#${hashOf([meaning, policy])}`
}

export function ticketsIdentity({ trust }: ListenerTls): Identity<Tickets> {
  return `tickets:${trust}`
}

/** What the terms of a listener are made of. */
export function termsIdentity(
  id: string,
  terms: Omit<Terms, 'fallback' | 'credentials' | 'tickets'>,
  shown: readonly Shown[],
): Identity<Terms> {
  const { tls, protocols, timeout } = terms
  const certificates = shown.map(({ certificate, meaning }) => [certificate.id, meaning])
  return `tls:${id}#${hashOf([tls.policy, protocols, timeout, certificates, tls.selection.fallback.id])}`
}

/** Each visitor chooses ChaCha20 by naming it first, as those without AES in hardware do; otherwise our order holds. */
const OPTIONS = constants.SSL_OP_PRIORITIZE_CHACHA | constants.SSL_OP_NO_RENEGOTIATION

/** All credentials have the whole policy: OpenSSL takes suites and trusted certificates from the one that the name chose. */
export function credentialsOptions({ cert, key }: Shown, tls: ListenerTls): SecureContextOptions {
  return {
    cert: pem(cert),
    key: pem(key),
    // Without any, nobody is trusted; left out, everybody would be.
    ca: tls.clientCa === undefined ? [] : [pem(tls.clientCa)],
    minVersion: tls.minVersion,
    ciphers: tls.ciphers,
    honorCipherOrder: true,
    secureOptions: OPTIONS,
    sessionIdContext: tls.trust,
    sessionTimeout: TICKET_LIFE,
    ...(/(^|:)DHE-/.test(tls.ciphers) ? { dhparam: 'auto' } : {}),
  }
}

function pem(bytes: string | Uint8Array): string | Buffer {
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Makes them; throws OpenSSL's error when it refuses a certificate (a weak signature, an odd curve). */
export function makeCredentials(shown: Shown, tls: ListenerTls): SecureContext {
  return createSecureContext(credentialsOptions(shown, tls))
}
