// Makes one TCP or unix connection, within its two timeouts, reading into buffers that the caller chooses.
import { connect, type Socket } from 'node:net'
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { ReasonCode } from '../base/reason.ts'

export interface DialRequest {
  readonly host: string
  readonly port: number
  /** Instead of host and port. */
  readonly socketPath: string | undefined
  /** Milliseconds for the TCP handshake, 0 for none. */
  readonly connectionTimeout: number
  /** Milliseconds for everything, names included, 0 for none. */
  readonly totalTimeout: number
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

/** Dials; calls `done` once, later, with undefined for success or with the failure (the socket is then destroyed). */
export function dial(
  request: DialRequest,
  reads: DialReads,
  clock: Clock,
  done: (failure: Failure | undefined) => void,
): Dialing {
  const where =
    request.socketPath === undefined
      ? { host: request.host, port: request.port }
      : { path: request.socketPath }
  const options = {
    ...where,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    allowHalfOpen: true,
    onread: {
      buffer: () => reads.buffer(),
      callback: (length: number, buffer: Uint8Array) => reads.read(length, buffer as Buffer),
    },
  }
  const socket = connect(options)
  let handshake: Timer | undefined
  let total: Timer | undefined
  const settle = (failure: Failure | undefined): void => {
    handshake?.cancel()
    total?.cancel()
    socket.off('connect', onConnect).off('error', onError).off('lookup', startHandshake)
    if (failure !== undefined) discard(socket)
    done(failure)
  }
  const onConnect = (): void => settle(undefined)
  const onError = (error: Error): void => settle(originFailure(error, 'connection_refused'))
  const startHandshake = (): void => {
    if (request.connectionTimeout === 0) return
    handshake ??= clock.after(request.connectionTimeout, () => settle(timedOut('connection_timeout')))
  }
  socket.once('connect', onConnect).once('error', onError)
  if (request.totalTimeout > 0)
    total = clock.after(request.totalTimeout, () => settle(timedOut('total_connection_timeout')))
  if (request.socketPath === undefined) socket.once('lookup', startHandshake)
  startHandshakeAtOnce(request, startHandshake)
  return {
    socket,
    cancel() {
      handshake?.cancel()
      total?.cancel()
      socket.off('connect', onConnect).off('error', onError)
      discard(socket)
    },
  }
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
