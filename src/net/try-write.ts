// Writes straight to the system, which takes what it has room for and says how much that was. A stream of Node's takes everything,
// keeps what the kernel had no room for, and needs it unchanged until then; so whoever writes borrowed bytes to one has to copy them
// first, all of them, although the kernel nearly always takes everything. The descriptor comes from inside the socket: ugly, so
// nobody else knows. Where there is none, nothing is ever taken, and everything goes the stream's way.
import { writeSync, writevSync } from 'node:fs'
import type { Socket } from 'node:net'

interface Insides {
  readonly _handle?: { readonly fd?: unknown } | null
}

/** No descriptor. */
export const NOWHERE = -1

/**
 * The descriptor of a socket as long as it is open, hasn't been ended, and holds nothing that should go first. Only for sockets without
 * TLS, past which this would write.
 */
export function descriptorOf(socket: Pick<Socket, 'writableLength' | 'writableEnded'>): number {
  if (socket.writableLength > 0 || socket.writableEnded) return NOWHERE
  const fd = (socket as Insides)._handle?.fd
  return typeof fd === 'number' ? fd : NOWHERE
}

/**
 * How many bytes of a latin1 text the kernel takes now. None is no failure: it has no room, or the connection is over, which the
 * stream's own write will find out.
 */
export function tryText(fd: number, text: string): number {
  if (fd < 0) return 0
  try {
    return writeSync(fd, text, null, 'latin1')
  } catch {
    return 0
  }
}

/** The same for the first `length` bytes of a buffer. */
export function tryBytes(fd: number, bytes: Buffer, length: number): number {
  if (fd < 0) return 0
  try {
    return writeSync(fd, bytes, 0, length)
  } catch {
    return 0
  }
}

/** The same for pieces one behind the other. */
export function tryPieces(fd: number, pieces: readonly Buffer[]): number {
  if (fd < 0) return 0
  try {
    return writevSync(fd, pieces)
  } catch {
    return 0
  }
}
