// Bytes both ways between a stream and an origin's connection, each direction ended on its own, and neither read faster than the other
// writes.
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { owned } from '../base/lent.ts'
import { descriptorOf, tryBytes } from '../net/try-write.ts'
import { MuxStream } from '../tunnel/mux/stream.ts'
import type { Figures } from './figures.ts'
import type { OriginReads } from './origin-reads.ts'

/** An origin's connection, whose bytes come through `reads`. */
export interface Far {
  readonly socket: Socket
  readonly reads: OriginReads
}

/** Counts what passes; a connection is one until both sides are gone. */
export function relay(near: Duplex, { socket: far, reads }: Far, figures: Figures): void {
  let open = 2
  const tie = (from: Duplex, to: Duplex): void => {
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
    from.on('error', () => undefined)
    from.on('close', () => {
      // One that broke takes the other along; one that came to its end leaves what was written to go out.
      if (!from.readableEnded || from.errored !== null) to.destroy()
      if (--open === 0) figures.streams--
    })
  }
  figures.streams++
  tie(near, far)
  tie(far, near)
  const isLent = near instanceof MuxStream
  if (isLent) near.lends = true
  near.on('data', (bytes: Buffer) => {
    figures.received += bytes.length
    if (!pass(bytes, isLent, far)) near.pause()
  })
  reads.start(near, bytes => {
    figures.sent += bytes
  })
  near.resume()
}

/** What the system takes at once is passed on as it lies there, only the rest is kept; false: it is enough for now. */
function pass(bytes: Buffer, isLent: boolean, far: Socket): boolean {
  const taken = tryBytes(descriptorOf(far), bytes, bytes.length)
  return taken === bytes.length || far.write(owned(bytes.subarray(taken), isLent))
}
