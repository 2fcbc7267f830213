// Bytes both ways between a stream and an origin's connection, each direction ended on its own, and neither read faster than the other
// writes.
import type { Duplex } from 'node:stream'

/** `closed` is called once, when both are gone. */
export function relay(near: Duplex, far: Duplex, closed: () => void): void {
  let open = 2
  const carry = (from: Duplex, to: Duplex): void => {
    from.on('data', (bytes: Buffer) => {
      if (!to.write(bytes)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
    from.on('error', () => undefined)
    from.on('close', () => {
      // One that broke takes the other along; one that came to its end leaves what was written to go out.
      if (!from.readableEnded || from.errored !== null) to.destroy()
      if (--open === 0) closed()
    })
  }
  carry(near, far)
  carry(far, near)
  near.resume()
  far.resume()
}
