// Reads of a socket that was accepted, into buffers of ours. Node has that for sockets that connect (`onread` of `net.connect`); an
// accepted one is given 64 KiB of new memory for every read. A request fills a few hundred bytes of them, and collecting the rest took
// a sixth of the processor. What `onread` would set is set here from outside, under Node's own names for it: ugly, so nobody else
// knows. Where a Node has other names nothing is set, and the socket reads as it always did.
import { Socket } from 'node:net'
import type { DialReads } from './dial-step.ts'

export interface LentReads {
  /** From now on the socket is a stream like any other: its bytes are `data`. */
  stop(): void
}

interface Names {
  readonly buffer: symbol
  readonly callback: symbol
  readonly generator: symbol
}

interface Handle {
  useUserBuffer(buffer: Buffer): void
}

type Insides = Socket & { readonly _handle?: Partial<Handle> | null; [name: symbol]: unknown }

function namesOf(socket: Socket): Names | undefined {
  const symbols = Object.getOwnPropertySymbols(socket)
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name)
  const [buffer, callback, generator] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')]
  return buffer && callback && generator && { buffer, callback, generator }
}

const NAMES: Names | undefined = namesOf(new Socket())

/**
 * Undefined where it can't be done: the socket stands on no handle of the system's, or something was read already. With TLS, what one
 * read of the system's held comes whole, in several reads of the socket, even if it is paused between them.
 */
export function lendReads(socket: Socket, reads: DialReads): LentReads | undefined {
  const inside = socket as Insides
  const handle = inside._handle
  if (NAMES === undefined || typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0)
    return undefined
  const { buffer, callback, generator } = NAMES
  const first = reads.buffer()
  inside[buffer] = first
  inside[generator] = () => reads.buffer()
  inside[callback] = (length: number, bytes: Buffer) => reads.read(length, bytes)
  handle.useUserBuffer(first)
  return {
    stop() {
      inside[callback] = (length: number, bytes: Buffer) =>
        socket.push(Buffer.from(bytes.subarray(0, length)))
    },
  }
}
