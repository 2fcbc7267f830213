// One step of a dial: it takes the socket of the step before, and hands on its own.
import type { Socket } from 'node:net'
import type { Failure } from '../base/failure.ts'

/** Whoever waits for a step; one of `connected` and `failed` is called, once and later. */
export interface Ears {
  /** The names are known: the time for a handshake runs from now on. Calling it again means nothing. */
  begin(): void
  connected(socket: Socket): void
  /** What the step made is destroyed. */
  failed(failure: Failure): void
}

export interface Step {
  /** Gives up and destroys what the step made; nobody is called any more. */
  cancel(): void
}

/** Called for every read: `buffer` names where the next one goes, `read` gets its bytes; false stops reading. */
export interface DialReads {
  buffer(): Buffer
  read(length: number, buffer: Buffer): boolean
}

/** Reads a socket that is a stream as if it had been born with these reads. */
export function pour(socket: Socket, reads: DialReads): void {
  socket.on('data', bytes => {
    if (!reads.read(bytes.length, bytes)) socket.pause()
  })
  socket.resume()
}

/** Destroys a socket that nobody listens to any more; its late error is nobody's. */
export function discard(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy()
}
