// Waits for the header of the PROXY protocol on a socket that was just accepted, and takes it off: whoever gets the socket then
// reads what came behind it as if it were the first.
import type { Socket } from 'node:net'
import type { Member } from '../base/roster.ts'
import type { Endpoint } from './proxy-header.ts'
import { readProxyHeader } from './proxy-protocol.ts'
import type { Wheel } from './wheel.ts'

/** A connection that isn't anybody's yet. */
export interface Arrival extends Member {
  destroy(): void
}

export type Arrived =
  /** Without a source, the connection's own address holds: there was no header, or one that names none. */
  | { readonly kind: 'here'; readonly source: Endpoint | undefined }
  /** The socket is destroyed. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'gone' }

export interface ArrivalRules {
  /** Whether a connection without a header is refused. */
  readonly isRequired: boolean
  /** Milliseconds for the whole header; 0 is none. */
  readonly timeout: number
}

/** Calls `arrived` once, never before it has returned. */
export function awaitHeader(
  socket: Socket,
  rules: ArrivalRules,
  wheel: Wheel,
  arrived: (how: Arrived) => void,
): Arrival {
  let held: Buffer | undefined

  const letGo = (): void => {
    deadline.release()
    socket.off('data', received)
    socket.off('end', left)
    socket.off('close', left)
  }
  const fail = (how: Arrived): void => {
    letGo()
    socket.destroy()
    arrived(how)
  }
  // The socket keeps flowing: what is put back, once nobody listens here, is read in the next tick by whoever listens then.
  const goOn = (rest: Buffer, source: Endpoint | undefined): void => {
    letGo()
    if (rest.length > 0) socket.unshift(rest)
    arrived({ kind: 'here', source })
  }
  const received = (bytes: Buffer): void => {
    held = held === undefined ? bytes : Buffer.concat([held, bytes])
    const reading = readProxyHeader(held)
    if (reading.kind === 'partial') return
    if (reading.kind === 'refused') fail(reading)
    else if (reading.kind === 'header') goOn(held.subarray(reading.length), reading.ends?.source)
    else if (rules.isRequired) fail({ kind: 'refused', why: 'no header' })
    else goOn(held, undefined)
  }
  const left = (): void => fail({ kind: 'gone' })
  const deadline = wheel.deadline(() =>
    fail({ kind: 'refused', why: 'no whole header within header_timeout' }),
  )

  if (rules.timeout > 0) deadline.arm(rules.timeout)
  socket.on('data', received)
  socket.on('end', left)
  socket.on('close', left)
  socket.on('error', () => undefined)
  return { place: 0, destroy: () => void socket.destroy() }
}
