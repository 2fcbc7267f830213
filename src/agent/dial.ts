// The agent's half of a connection: resolves, checks every address against the list, and dials only what passed.
import { lookup } from 'node:dns'
import { connect, type Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { ReadBuffers } from '../net/read-buffers.ts'
import type { AllowList } from '../tunnel/allow.ts'
import type { OpenErrorKind, OpenRequest } from '../tunnel/preamble.ts'
import { OriginReads } from './origin-reads.ts'

/** Milliseconds for names and all addresses together. */
export const DIAL_TIMEOUT = 10_000

export type Dialed =
  /** The socket's bytes come through `reads`. */
  | { readonly ok: true; readonly socket: Socket; readonly reads: OriginReads }
  | { readonly ok: false; readonly kind: OpenErrorKind; readonly detail: string }

export interface Dialing {
  /** Gives up; nobody is told any more. */
  cancel(): void
}

export interface DialParts {
  readonly list: AllowList
  readonly clock: Clock
  readonly buffers: ReadBuffers
}

/** Calls `done` once, later. One address after the other is tried, in the order in which the system gives them. */
export function dialOrigin(
  { host, port }: OpenRequest,
  { list, clock, buffers }: DialParts,
  done: (result: Dialed) => void,
): Dialing {
  let socket: Socket | undefined
  let isOver = false
  const stop = (): void => {
    isOver = true
    timer.cancel()
  }
  const fail = (kind: OpenErrorKind, detail: string): void => {
    if (isOver) return
    stop()
    socket?.destroy()
    done({ ok: false, kind, detail })
  }
  const timer = clock.after(DIAL_TIMEOUT, () => fail('dial_timeout', `${host}:${port} took longer than 10 s`))
  const attempt = (addresses: readonly string[], at: number): void => {
    const address = addresses[at]
    if (isOver || address === undefined) return
    const reads = new OriginReads(buffers)
    socket = connect({
      host: address,
      port,
      noDelay: true,
      keepAlive: true,
      allowHalfOpen: true,
      onread: {
        buffer: () => reads.buffer(),
        callback: (length, buffer) => reads.read(length, buffer as Buffer),
      },
    })
    socket.once('close', () => reads.stop())
    const onError = (error: Error): void => {
      if (at + 1 < addresses.length) attempt(addresses, at + 1)
      else fail('dial_failed', error.message)
    }
    socket.once('error', onError)
    socket.once('connect', () => {
      if (isOver || socket === undefined) return
      stop()
      socket.off('error', onError)
      done({ ok: true, socket, reads })
    })
  }
  lookup(host, { all: true, verbatim: true }, (error, found) => {
    if (isOver) return
    if (error) {
      fail('dial_failed', error.message)
      return
    }
    const addresses = found.map(({ address }) => address)
    const allowed = addresses.filter(address => list.permits(host, address, port))
    if (allowed.length === 0) fail('dial_forbidden', `${host}:${port} is not on this agent's list`)
    else attempt(allowed, 0)
  })
  return {
    cancel() {
      if (isOver) return
      stop()
      socket?.on('error', () => undefined)
      socket?.destroy()
    },
  }
}
