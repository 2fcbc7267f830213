// The first step of a dial: TCP or a unix socket, all addresses of a name tried as Node does it (RFC 8305).
import type { NetConnectOpts, Socket } from 'node:net'
import { originFailure } from './dial-failure.ts'
import { discard, type Ears, type Step } from './dial-step.ts'

/** Milliseconds, whole seconds of them. What is left out is the system's. */
export interface KeepAlive {
  readonly idle: number
  readonly interval: number | undefined
  readonly count: number | undefined
}

export interface TcpTerms {
  readonly host: string
  readonly port: number
  /** Instead of host and port. */
  readonly socketPath: string | undefined
  /** Undefined for none. */
  readonly keepAlive: KeepAlive | undefined
}

/** Makes the socket that connects: a plain one, or one that goes on to TLS. */
export type OpenSocket = (where: NetConnectOpts) => Socket

/** Connects to where the terms say. */
export function tcpStep(terms: TcpTerms, open: OpenSocket, ears: Ears): Step {
  const { host, port, socketPath } = terms
  const step = attempt(socketPath === undefined ? { host, port } : { path: socketPath }, terms, open, ears)
  // An address needs no lookup, so its handshake begins now; a name's begins when it is known.
  if (socketPath !== undefined || /^[\d.]+$|:/.test(host)) ears.begin()
  return step
}

function attempt(where: NetConnectOpts, { keepAlive }: TcpTerms, open: OpenSocket, ears: Ears): Step {
  const socket = open(where)
  const stop = (): void => void socket.off('lookup', onLookup).off('connect', onConnect).off('error', onError)
  const onLookup = (): void => ears.begin()
  const onConnect = (): void => {
    stop()
    socket.setNoDelay(true)
    if (keepAlive !== undefined) socket.setKeepAlive(true, keepAlive.idle)
    ears.connected(socket)
  }
  const onError = (error: Error): void => {
    stop()
    discard(socket)
    ears.failed(originFailure(error, 'connection_refused'))
  }
  socket.on('lookup', onLookup).once('connect', onConnect).once('error', onError)
  return {
    cancel() {
      stop()
      discard(socket)
    },
  }
}
