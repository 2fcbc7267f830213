// Bytes both ways between two sockets (or streams of HTTP/2) after a 101, with back-pressure, and each direction closed on its own.
import type { Duplex } from 'node:stream'
import { Outlet, type Writing } from './outlet.ts'

export interface RelayEnd {
  readonly socket: Duplex & Writing
  /** Bytes that were read before the relay began. */
  readonly early: Buffer | undefined
}

/** Bytes that have passed, for the record. */
export interface Relayed {
  fromVisitor: number
  fromOrigin: number
}

/** Cuts both sides. */
export interface Relay {
  readonly bytes: Relayed
  cut(): void
}

/**
 * Starts relaying. The origin's socket reads into lent buffers, so `takeOrigin` gets the reader and hands the socket over;
 * `closed` is called once, when both sides are gone.
 */
export function startRelay(
  visitor: RelayEnd,
  takeOrigin: (read: (bytes: Buffer) => boolean) => RelayEnd,
  closed: (relayed: Relayed) => void,
): Relay {
  const bytes: Relayed = { fromVisitor: 0, fromOrigin: 0 }
  const near = visitor.socket
  const toVisitor = new Outlet(near, () => far.resume())
  const sendBack = (piece: Buffer, isLent: boolean): boolean => {
    bytes.fromOrigin += piece.length
    toVisitor.bytes(piece, isLent)
    toVisitor.flush()
    return toVisitor.isClear
  }
  const origin = takeOrigin(piece => sendBack(piece, true))
  const far = origin.socket
  const toOrigin = new Outlet(far, () => near.resume())
  const sendOn = (piece: Buffer): void => {
    bytes.fromVisitor += piece.length
    toOrigin.bytes(piece, false)
    toOrigin.flush()
    if (!toOrigin.isClear) near.pause()
  }
  let open = 2
  const oneClosed = (other: Duplex): void => {
    open--
    if (open === 0) closed(bytes)
    // Nothing is left to send to a side whose partner is gone; what was written to it still goes out.
    else closeSoon(other)
  }
  near.on('data', sendOn)
  near.on('end', () => far.end())
  far.on('end', () => near.end())
  near.on('close', () => oneClosed(far))
  far.on('close', () => oneClosed(near))

  if (origin.early !== undefined) sendBack(origin.early, false)
  if (visitor.early !== undefined) sendOn(visitor.early)
  near.resume()
  return {
    bytes,
    cut() {
      near.destroy()
      far.destroy()
    },
  }
}

/** Ends a side once what was written to it is out. */
function closeSoon(side: Duplex): void {
  if (side.writable) side.end()
  if (side.writableFinished) side.destroy()
  else side.once('finish', () => side.destroy())
}
