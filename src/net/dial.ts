// Makes one connection, step by step (TCP or unix, a tunnel through a proxy, TLS), each within its own time and all within
// another, reading into buffers that the caller chooses.
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Random } from '../base/random.ts'
import { boundStep } from './dial-bound.ts'
import { type ConnectTerms, connectStep } from './dial-connect.ts'
import { proxyFailure, timedOut } from './dial-failure.ts'
import { type DialReads, discard, type Ears, pour, type Step } from './dial-step.ts'
import { type OpenSocket, type TcpTerms, tcpStep } from './dial-tcp.ts'
import { type TlsHop, tlsOptions, tlsStep } from './dial-tls.ts'
import type { Names } from './names.ts'

export interface DialRequest {
  /** To the proxy, if there is one. */
  readonly tcp: TcpTerms
  /** In place of TCP: through somebody else. */
  readonly tunnel: ((ears: Ears) => Step) | undefined
  /** Milliseconds for each handshake, 0 for none. */
  readonly connectionTimeout: number
  /** Milliseconds for everything, names included, 0 for none. */
  readonly totalTimeout: number
  /** `tls`: to the proxy itself. */
  readonly proxy: { readonly connect: ConnectTerms; readonly tls: TlsHop | undefined } | undefined
  /** To the origin; undefined for plain text. */
  readonly tls: TlsHop | undefined
}

export interface DialParts {
  readonly clock: Clock
  readonly random: Random
  readonly names: Names
}

export interface Dialing {
  /** Gives up, or destroys what was connected; `done` is not called any more. */
  cancel(): void
}

export type DialDone = (...outcome: [socket: Socket, failure: undefined] | [undefined, Failure]) => void

/** A step that waits for its turn; the first one has no socket to begin with. */
type Stage = (socket: Socket | undefined, ears: Ears) => Step

/** Dials; calls `done` once, later. Without `reads` the socket is an ordinary stream. */
export function dial(
  request: DialRequest,
  reads: DialReads | undefined,
  parts: DialParts,
  done: DialDone,
): Dialing {
  const stages = stagesOf(request, reads, parts)
  const { clock } = parts
  let step: Step | undefined
  let socket: Socket | undefined
  let limit: Timer | undefined
  const settle = (failure: Failure): void => {
    stop()
    if (socket === undefined) parts.names.doubt(request.tcp.host)
    else discard(socket)
    done(undefined, failure)
  }
  const total =
    request.totalTimeout === 0
      ? undefined
      : clock.after(request.totalTimeout, () => settle(timedOut('total_connection_timeout')))
  const stop = (): void => {
    limit?.cancel()
    total?.cancel()
    step?.cancel()
  }
  const begin = (): void => {
    if (request.connectionTimeout === 0) return
    limit ??= clock.after(request.connectionTimeout, () => settle(timedOut('connection_timeout')))
  }
  const go = (index: number): void => {
    step = stages[index]?.(socket, {
      begin,
      failed: settle,
      connected(next) {
        limit?.cancel()
        limit = undefined
        step = undefined
        socket = next
        if (index + 1 < stages.length) {
          go(index + 1)
          return
        }
        total?.cancel()
        const isBorrowed = request.proxy !== undefined || request.tunnel !== undefined
        if (isBorrowed && reads !== undefined) pour(next, reads)
        done(next, undefined)
      },
    })
  }
  go(0)
  return {
    cancel() {
      stop()
      if (socket !== undefined) discard(socket)
    },
  }
}

function stagesOf(
  { tcp, tunnel, proxy, tls }: DialRequest,
  reads: DialReads | undefined,
  parts: DialParts,
): readonly Stage[] {
  if (tunnel !== undefined) return overStream((_, ears) => tunnel(ears), tls)
  if (proxy === undefined) return reach(tcp, tls, reads, parts)
  const connected: Stage = (socket, ears) => connectStep(socket as Socket, proxy.connect, ears)
  return [...reach(tcp, proxy.tls, undefined, parts).map(ofProxy), ...overStream(connected, tls)]
}

/** What is made of a stream that somebody else connected. */
function overStream(made: Stage, tls: TlsHop | undefined): readonly Stage[] {
  if (tls === undefined) return [made]
  return [made, (socket, ears) => tlsStep(within(socket as Socket, tls), tls, ears)]
}

/** What becomes of the stream itself is told by the socket that goes over it. */
function within(stream: Socket, tls: TlsHop): TLSSocket {
  stream.on('error', () => undefined)
  return connectTls({ socket: stream, ...tlsOptions(tls) })
}

/** TCP, and TLS if asked for: for Node one socket from the start. */
function reach(
  tcp: TcpTerms,
  tls: TlsHop | undefined,
  reads: DialReads | undefined,
  parts: DialParts,
): readonly Stage[] {
  const open: OpenSocket = where =>
    tls === undefined
      ? connect(readInto(where, reads))
      : connectTls({ ...readInto(where, reads), ...tlsOptions(tls) })
  const isBound = tcp.bindTo.length > 0 && tcp.socketPath === undefined
  const first: Stage = (_, ears) =>
    isBound ? boundStep(tcp, open, parts, ears) : tcpStep(tcp, open, parts, ears)
  return tls === undefined ? [first] : [first, (socket, ears) => tlsStep(socket as TLSSocket, tls, ears)]
}

function ofProxy(stage: Stage): Stage {
  return (socket, ears) => stage(socket, { ...ears, failed: failure => ears.failed(proxyFailure(failure)) })
}

/** Reading without streams: a property of a socket from its birth, which Node gives to none that goes over another. */
function readInto(where: NetConnectOpts, reads: DialReads | undefined): NetConnectOpts {
  const common = { ...where, allowHalfOpen: true }
  if (reads === undefined) return common
  return {
    ...common,
    onread: {
      buffer: () => reads.buffer(),
      callback: (length, buffer) => reads.read(length, buffer as Buffer),
    },
  }
}
