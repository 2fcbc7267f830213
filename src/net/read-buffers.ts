// Where sockets are read into. All share one buffer, as what was read is used or copied before the next read: it stays in the
// processor's cache, which a buffer for each of them doesn't. What its reader can't pass on at once is read into buffers of its own,
// which are handed on without a copy and come back when the far side took them.

/** One read of a visitor's request fits many times over. */
const SMALL_BYTES = 16 * 1024
/** What one read of a visitor's large body takes at the most: a slow origin makes us keep as much. */
const MEDIUM_BYTES = 64 * 1024
/** Large bodies: measured, 256 KiB a read brings a 10 MiB response within a few percent of what larger ones do. */
const LARGE_BYTES = 256 * 1024
/** Bytes of large buffers that are kept for the next large body. */
const SPARE_BYTES = 4 * 1024 * 1024

export interface ReadBuffers {
  /** What it holds is lent until the read call returns. */
  readonly shared: Buffer
  /** Its beginning, 16 KiB and 64 KiB, for those who aren't trusted with more at a time. */
  readonly small: Buffer
  readonly medium: Buffer
  /** A large buffer for the taker alone. */
  take(): Buffer
  /** Gives a taken buffer back once nobody reads from it any more. */
  giveBack(buffer: Buffer): void
}

/** Buffers for one process; `largeBytes`: how large the large ones are. */
export function openReadBuffers(largeBytes: number = LARGE_BYTES): ReadBuffers {
  const spare: Buffer[] = []
  const mostSpare = Math.ceil(SPARE_BYTES / largeBytes)
  const shared = Buffer.allocUnsafeSlow(largeBytes)
  return {
    shared,
    small: shared.subarray(0, SMALL_BYTES),
    medium: shared.subarray(0, MEDIUM_BYTES),
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(largeBytes),
    giveBack(buffer) {
      if (spare.length < mostSpare) spare.push(buffer)
    },
  }
}
