// Where sockets that we dial read into. Small responses share one buffer, as everything read is used or copied before the next
// read; a large body gets buffers of its own, which are handed on without a copy and come back when the far side took them.

/** One read of a small response fits many times over. */
const SHARED_BYTES = 16 * 1024
/** Large bodies: measured, 256 KiB a read brings a 10 MiB response within a few percent of what larger ones do. */
const LARGE_BYTES = 256 * 1024
/** Spare large buffers kept for the next large body. */
const MAX_SPARE = 16
/** Large buffers that stay with connections that rest: 16 MiB. */
const MAX_RESERVED = 64

export interface ReadBuffers {
  /** For every socket that isn't in a large body: what it holds is lent until the read call returns. */
  readonly shared: Buffer
  /** A large buffer for the taker alone. */
  take(): Buffer
  /** Whether one more connection may keep its large buffer while it rests; if so, `release` is due. */
  reserve(): boolean
  release(): void
  /** Gives a taken buffer back once nobody reads from it any more. */
  giveBack(buffer: Buffer): void
}

/** Buffers for one process; `largeBytes`: how large the large ones are. */
export function openReadBuffers(largeBytes: number = LARGE_BYTES): ReadBuffers {
  const spare: Buffer[] = []
  let reserved = 0
  return {
    shared: Buffer.allocUnsafeSlow(SHARED_BYTES),
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(largeBytes),
    reserve() {
      if (reserved === MAX_RESERVED) return false
      reserved++
      return true
    },
    release() {
      reserved--
    },
    giveBack(buffer) {
      if (spare.length < MAX_SPARE) spare.push(buffer)
    },
  }
}
