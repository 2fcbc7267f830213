// Two carriers that are each other's far side, in memory: bytes arrive in order, cut and late as a test likes, and wait for a reader.
import { Duplex } from 'node:stream'

/** `cut` says how many of the bytes that wait are delivered next, at least 1. */
export function memoryLink(cut: (waiting: number) => number): readonly [Duplex, Duplex] {
  const near = half(cut)
  const far = half(cut)
  near.deliverTo(far.end)
  far.deliverTo(near.end)
  return [near.end, far.end]
}

function half(cut: (waiting: number) => number) {
  let target: Duplex | undefined
  const end: Duplex = new Duplex({
    allowHalfOpen: true,
    read: () => void end.emit('wanted'),
    write(chunk: Buffer, _, done) {
      let at = 0
      const next = (): void => {
        if (target === undefined || target.destroyed) {
          done(new Error('the other side is gone'))
          return
        }
        if (at === chunk.length) {
          done()
          return
        }
        const size = Math.max(1, Math.min(cut(chunk.length - at), chunk.length - at))
        // A copy, as the kernel makes one: the writer may use its memory again.
        const piece = Buffer.from(chunk.subarray(at, at + size))
        at += size
        // A later turn, or when there is room again.
        if (target.push(piece)) setImmediate(next)
        else target.once('wanted', next)
      }
      next()
    },
    final(done) {
      target?.push(null)
      done()
    },
  })
  return {
    end,
    deliverTo(other: Duplex) {
      target = other
    },
  }
}
