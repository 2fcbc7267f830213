// TLS to an origin: whom it is asked for, whom it is believed to be, and what its failures are called (RFC 9209 2.3).
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  setDefaultCACertificates,
  type TLSSocket,
} from 'node:tls'
import type { Failure } from '../base/failure.ts'

export interface TlsTerms {
  /** Sent as SNI; undefined sends none. */
  readonly servername: string | undefined
  /** The host that the certificate has to be for when there is no `servername`. */
  readonly host: string
  readonly verifyCert: boolean
  readonly verifyHostname: boolean
  /** ALPN protocol names, the preferred first. */
  readonly protocols: readonly string[]
  /** Whom certificates are trusted from. */
  readonly context: SecureContext
}

/**
 * Who signs the origins that we believe. The first context that trusts the system's store takes a tenth of a second to make, so it is
 * asked for while a configuration is being adopted, and not by a request.
 */
export interface Trust {
  /** `ca`: certificates (PEM) in place of the built-in and the system's ones. */
  context(ca: readonly Uint8Array[] | undefined): SecureContext
}

/** Trust of one process; contexts of the same authorities are the same. */
export function openTrust(): Trust {
  let common: SecureContext | undefined
  const contexts = new WeakMap<readonly Uint8Array[], SecureContext>()
  return {
    context(ca) {
      if (ca === undefined) {
        common ??= commonContext()
        return common
      }
      const known = contexts.get(ca)
      if (known !== undefined) return known
      const made = createSecureContext({ minVersion: 'TLSv1.2', ca: ca.map(file => Buffer.from(file)) })
      contexts.set(ca, made)
      return made
    },
  }
}

/** Whoever Node brings along and whoever the system trusts; most are both, and each takes time to read. */
function commonContext(): SecureContext {
  const all = [...getCACertificates('bundled'), ...getCACertificates('system')]
  const different = new Map(all.map(text => [text.replace(/\s+/g, ''), text]))
  setDefaultCACertificates([...different.values()])
  return createSecureContext({ minVersion: 'TLSv1.2' })
}

/** The sessions that one profile's origin gave us, to resume; nobody else's connections use them. */
export interface SessionStore {
  session: Buffer | undefined
}

/** What `tls.connect` takes besides where to connect and how to read. */
export function tlsOptions(terms: TlsTerms, store: SessionStore): ConnectionOptions {
  const name = terms.servername ?? terms.host
  return {
    servername: terms.servername ?? '',
    secureContext: terms.context,
    ALPNProtocols: [...terms.protocols],
    rejectUnauthorized: terms.verifyCert,
    checkServerIdentity: (_, certificate) =>
      terms.verifyHostname ? checkServerIdentity(name, certificate) : undefined,
    ...(store.session === undefined ? {} : { session: store.session }),
  }
}

/** A failed handshake by its name in RFC 9209; undefined for what isn't TLS's. */
export function tlsFailure(socket: TLSSocket, error: Error): Failure | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const detail = code === '' ? error.message : code
  // Set before the socket is destroyed for a certificate that isn't believed.
  if (socket.authorizationError != null || code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { code: 'tls_certificate_error', side: 'origin', detail }
  if (!/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return undefined
  return {
    code: code.includes('_ALERT_') ? 'tls_alert_received' : 'tls_protocol_error',
    side: 'origin',
    detail,
  }
}
