// Makes one TCP or unix connection, with TLS or without, within its two timeouts, reading into buffers that the caller chooses.
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { ReasonCode } from '../base/reason.ts'
import { type SessionStore, type TlsTerms, tlsFailure, tlsOptions } from './dial-tls.ts'

const KEEPALIVE_DELAY = 60_000

export interface DialRequest {
  readonly host: string
  readonly port: number
  /** Instead of host and port. */
  readonly socketPath: string | undefined
  /** Milliseconds for the TCP handshake, 0 for none. */
  readonly connectionTimeout: number
  /** Milliseconds for everything, names included, 0 for none. */
  readonly totalTimeout: number
  /** Undefined for plain text. */
  readonly tls: { readonly terms: TlsTerms; readonly store: SessionStore } | undefined
}

/** Called for every read: `buffer` names where the next one goes, `read` gets its bytes; false stops reading. */
export interface DialReads {
  buffer(): Buffer
  read(length: number, buffer: Buffer): boolean
}

export interface Dialing {
  /** Available at once; connected only when `done` said so. */
  readonly socket: Socket
  /** Gives up; `done` is not called any more. */
  cancel(): void
}

const CODES: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'connection_refused',
  ENOENT: 'connection_refused',
  EACCES: 'connection_refused',
  ENOTFOUND: 'dns_error',
  EAI_AGAIN: 'dns_error',
  ENODATA: 'dns_error',
  ETIMEDOUT: 'connection_timeout',
  EHOSTUNREACH: 'destination_ip_unroutable',
  ENETUNREACH: 'destination_ip_unroutable',
  EADDRNOTAVAIL: 'destination_ip_unroutable',
  ECONNRESET: 'connection_terminated',
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return error.errors.map(codeOf).find(code => code !== '') ?? ''
  return ''
}

/** The system's error as a failure of the origin's side; `fallback` where RFC 9209 has no name for it. */
export function originFailure(error: Error, fallback: ReasonCode): Failure {
  const code = codeOf(error)
  return { code: CODES[code] ?? fallback, side: 'origin', detail: code === '' ? error.message : code }
}

function timedOut(detail: string): Failure {
  return { code: 'connection_timeout', side: 'origin', detail }
}

/**
 * Dials; calls `done` once, later, with undefined for success or with the failure (the socket is then destroyed). Without `reads`
 * the socket is an ordinary stream. Over TLS the handshakes of TCP and TLS have `connectionTimeout` each.
 */
export function dial(
  request: DialRequest,
  reads: DialReads | undefined,
  clock: Clock,
  done: (failure: Failure | undefined) => void,
): Dialing {
  const { tls } = request
  const socket = open(request, reads)
  let handshake: Timer | undefined
  let total: Timer | undefined
  const stop = (): void => {
    handshake?.cancel()
    total?.cancel()
    socket.off('lookup', limit).off('connect', onConnect).off('secureConnect', onSecure).off('error', onError)
  }
  const settle = (failure: Failure | undefined): void => {
    stop()
    if (failure !== undefined) discard(socket)
    done(failure)
  }
  const limit = (): void => {
    if (request.connectionTimeout === 0) return
    handshake ??= clock.after(request.connectionTimeout, () => settle(timedOut('connection_timeout')))
  }
  const onConnect = (): void => {
    if (tls === undefined) {
      settle(undefined)
      return
    }
    handshake?.cancel()
    handshake = undefined
    limit()
    // TLSSocket takes no such options when it is made.
    socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_DELAY)
  }
  const onSecure = (): void => settle(undefined)
  const onError = (error: Error): void => {
    const failure = tls === undefined ? undefined : tlsFailure(socket as TLSSocket, error)
    settle(failure ?? originFailure(error, 'connection_refused'))
  }
  socket.once('connect', onConnect).once('secureConnect', onSecure).once('error', onError)
  if (request.totalTimeout > 0)
    total = clock.after(request.totalTimeout, () => settle(timedOut('total_connection_timeout')))
  if (request.socketPath === undefined) socket.once('lookup', limit)
  startHandshakeAtOnce(request, limit)
  return {
    socket,
    cancel() {
      stop()
      discard(socket)
    },
  }
}

function open({ host, port, socketPath, tls }: DialRequest, reads: DialReads | undefined): Socket {
  const options = {
    ...(socketPath === undefined ? { host, port } : { path: socketPath }),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_DELAY,
    allowHalfOpen: true,
    ...(reads === undefined
      ? {}
      : {
          onread: {
            buffer: () => reads.buffer(),
            callback: (length: number, buffer: Uint8Array) => reads.read(length, buffer as Buffer),
          },
        }),
  }
  if (tls === undefined) return connect(options)
  const socket = connectTls({ ...options, ...tlsOptions(tls.terms, tls.store) })
  socket.on('session', session => {
    tls.store.session = session
  })
  return socket
}

/** An address needs no lookup, so its handshake begins now; a name's begins when it is known. */
function startHandshakeAtOnce(request: DialRequest, start: () => void): void {
  if (request.socketPath !== undefined || /^[\d.]+$|:/.test(request.host)) start()
}

/** Destroys a socket that nobody listens to any more; its late error is nobody's. */
export function discard(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy()
}
