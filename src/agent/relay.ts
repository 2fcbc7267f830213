// Bytes both ways between a stream and an origin's connection, each direction ended on its own, and neither read faster than the other
// writes.
import type { Duplex } from 'node:stream'
import type { Figures } from './figures.ts'

/** Counts what passes; a connection is one until both sides are gone. */
export function relay(near: Duplex, far: Duplex, figures: Figures): void {
  let open = 2
  const carry = (from: Duplex, to: Duplex, passed: (bytes: number) => void): void => {
    from.on('data', (bytes: Buffer) => {
      passed(bytes.length)
      if (!to.write(bytes)) from.pause()
    })
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
  carry(near, far, bytes => {
    figures.received += bytes
  })
  carry(far, near, bytes => {
    figures.sent += bytes
  })
  near.resume()
  far.resume()
}
