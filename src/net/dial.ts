// Makes one connection, step by step (TCP or unix, then TLS), each within its own time and all within another, reading into
// buffers that the caller chooses.
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import { timedOut } from './dial-failure.ts'
import { type DialReads, discard, type Ears, type Step } from './dial-step.ts'
import { type OpenSocket, type TcpTerms, tcpStep } from './dial-tcp.ts'
import { type SessionStore, type TlsTerms, tlsOptions, tlsStep } from './dial-tls.ts'

export interface DialRequest {
  readonly tcp: TcpTerms
  /** Milliseconds for each handshake, 0 for none. */
  readonly connectionTimeout: number
  /** Milliseconds for everything, names included, 0 for none. */
  readonly totalTimeout: number
  /** Undefined for plain text. */
  readonly tls: { readonly terms: TlsTerms; readonly store: SessionStore } | undefined
}

export interface Dialing {
  /** Gives up, or destroys what was connected; `done` is not called any more. */
  cancel(): void
}

export type DialDone = (...outcome: [socket: Socket, failure: undefined] | [undefined, Failure]) => void

type Stage = (socket: Socket | undefined, ears: Ears) => Step

/** Dials; calls `done` once, later. Without `reads` the socket is an ordinary stream. */
export function dial(
  request: DialRequest,
  reads: DialReads | undefined,
  clock: Clock,
  done: DialDone,
): Dialing {
  const stages = stagesOf(request, reads)
  let step: Step | undefined
  let socket: Socket | undefined
  let limit: Timer | undefined
  const settle = (failure: Failure): void => {
    stop()
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
        socket = next
        step = undefined
        if (index + 1 < stages.length) {
          go(index + 1)
          return
        }
        total?.cancel()
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

function stagesOf({ tcp, tls }: DialRequest, reads: DialReads | undefined): readonly Stage[] {
  if (tls === undefined) return [(_, ears) => tcpStep(tcp, where => connect(readInto(where, reads)), ears)]
  const { terms, store } = tls
  const open: OpenSocket = where => connectTls({ ...readInto(where, reads), ...tlsOptions(terms, store) })
  return [(_, ears) => tcpStep(tcp, open, ears), (socket, ears) => tlsStep(socket as TLSSocket, store, ears)]
}

/** Reading without streams: for Node a property of a socket from its birth, which one over another socket can't have. */
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
