// The last step of a dial: TLS to an origin, whom it is asked for, whom it is believed to be, and what its failures are called
// (RFC 9209 2.3).
import { type ConnectionOptions, checkServerIdentity, type SecureContext, type TLSSocket } from 'node:tls'
import type { Failure } from '../base/failure.ts'
import { originFailure } from './dial-failure.ts'
import { discard, type Ears, type Step } from './dial-step.ts'

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

/** Waits for the handshake of a socket that `tls.connect` made. */
export function tlsStep(socket: TLSSocket, store: SessionStore, ears: Ears): Step {
  const stop = (): void => void socket.off('secureConnect', onSecure).off('error', onError)
  const onSecure = (): void => {
    stop()
    ears.connected(socket)
  }
  const onError = (error: Error): void => {
    stop()
    discard(socket)
    ears.failed(tlsFailure(socket, error) ?? originFailure(error, 'connection_refused'))
  }
  socket.once('secureConnect', onSecure).once('error', onError)
  socket.on('session', session => {
    store.session = session
  })
  ears.begin()
  return {
    cancel() {
      stop()
      discard(socket)
    },
  }
}

/** A failed handshake by its name in RFC 9209; undefined for what isn't TLS's. */
function tlsFailure(socket: TLSSocket, error: Error): Failure | undefined {
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
