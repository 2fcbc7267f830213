// TLS as a step of a dial: who is asked for, who is believed to be there, and what its failures are called (RFC 9209 2.3).
import {
  type ConnectionOptions,
  checkServerIdentity,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { Failure } from '../base/failure.ts'
import type { Secret } from '../base/secret.ts'
import { originFailure } from './dial-failure.ts'
import { discard, type Ears, type Step } from './dial-step.ts'

export interface TlsTerms {
  /** Sent as SNI; undefined sends none. */
  readonly servername: string | undefined
  /** The certificate has to be for one of them; none for no matter which. */
  readonly names: readonly string[]
  readonly verifyCert: boolean
  /** ALPN protocol names, the preferred first. */
  readonly protocols: readonly string[]
  readonly context: SecureContext
  /** A shared key (hex) in place of certificates. */
  readonly psk: { readonly identity: string; readonly key: Secret } | undefined
}

/** The sessions that one profile's origin gave us, to resume; nobody else's connections use them. */
export interface SessionStore {
  session: Buffer | undefined
}

export interface TlsHop {
  readonly terms: TlsTerms
  readonly store: SessionStore
}

/** What `tls.connect` takes besides where to connect and how to read. */
export function tlsOptions({ terms, store }: TlsHop): ConnectionOptions {
  const { servername = '', context, protocols, verifyCert, names, psk } = terms
  const common = { servername, secureContext: context, ALPNProtocols: [...protocols] }
  if (psk !== undefined) {
    const { identity, key } = psk
    return {
      ...common,
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => refuseCertificate(certificate),
      pskCallback: () => ({ identity, psk: Buffer.from(key.reveal(), 'hex') }),
    }
  }
  return {
    ...common,
    rejectUnauthorized: verifyCert,
    checkServerIdentity: (_, certificate) => nameFlaw(names, certificate),
    ...(store.session === undefined ? {} : { session: store.session }),
  }
}

/** Why none of the names is the certificate's: what is said of the first. */
function nameFlaw(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  const flaws = names.map(name => checkServerIdentity(name, certificate))
  return flaws.includes(undefined) ? undefined : flaws[0]
}

/** Who proves itself by a certificate doesn't know the key. */
function refuseCertificate(certificate: PeerCertificate): Error | undefined {
  return certificate.raw === undefined ? undefined : new Error('a certificate in place of the shared key')
}

/** Waits for the handshake of a socket that `tls.connect` made. */
export function tlsStep(socket: TLSSocket, { terms, store }: TlsHop, ears: Ears): Step {
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
  // With a shared key a full handshake costs as little as a resumed one, and a key that was withdrawn is worth nothing at once.
  if (terms.psk === undefined)
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
