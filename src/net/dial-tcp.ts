// The first step of a dial: TCP or a unix socket, all addresses of a name tried as Node does it (RFC 8305).
import type { NetConnectOpts, Socket } from 'node:net'
import { originFailure } from './dial-failure.ts'
import { type Reach, towards, whereOf } from './dial-name.ts'
import { discard, type Ears, type Step } from './dial-step.ts'
import type { Names } from './names.ts'

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
  /** Local addresses; none for the system's choice. */
  readonly bindTo: readonly string[]
  /** Undefined for none. */
  readonly keepAlive: KeepAlive | undefined
}

/** Makes the socket that connects: a plain one, or one that goes on to TLS. */
export type OpenSocket = (where: NetConnectOpts) => Socket

/** Connects to where the terms say. */
export function tcpStep(
  { host, port, socketPath, keepAlive }: TcpTerms,
  open: OpenSocket,
  { names }: { readonly names: Names },
  ears: Ears,
): Step {
  if (socketPath === undefined) {
    const reach: Reach = (addresses, heard) =>
      connecting(whereOf(host, addresses, port), keepAlive, open, heard)
    return towards(host, names, reach, ears)
  }
  const step = connecting({ path: socketPath }, keepAlive, open, ears)
  ears.begin()
  return step
}

/** One attempt to connect. */
export function connecting(
  where: NetConnectOpts,
  keepAlive: KeepAlive | undefined,
  open: OpenSocket,
  ears: Ears,
): Step {
  const socket = open(where)
  const stop = (): void => void socket.off('connect', onConnect).off('error', onError)
  const onConnect = (): void => {
    stop()
    socket.setNoDelay(true)
    if (keepAlive !== undefined) probe(socket, keepAlive)
    ears.connected(socket)
  }
  const onError = (error: Error): void => {
    stop()
    discard(socket)
    ears.failed(originFailure(error, 'connection_refused'))
  }
  socket.once('connect', onConnect).once('error', onError)
  return {
    cancel() {
      stop()
      discard(socket)
    },
  }
}

/** Node takes all four from 24.21 on; a file that says more than `idle` isn't loaded by an older one. */
type SetKeepAlive = (on: true, idle: number, interval?: number, count?: number) => Socket

function probe(socket: Socket, { idle, interval, count }: KeepAlive): void {
  const set: SetKeepAlive = socket.setKeepAlive.bind(socket)
  if (interval === undefined && count === undefined) set(true, idle)
  else set(true, idle, interval ?? 1_000, count ?? 10)
}
