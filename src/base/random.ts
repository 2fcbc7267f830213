// Unpredictable values, drawn in batches: one system call serves a few hundred requests.
import { randomFillSync, randomInt } from 'node:crypto'

export interface Random {
  /** A fresh 128-bit id in lower-case hex. */
  id(): string
  /** A number in [0, 1). */
  fraction(): number
}

const BATCH = 8192

/** The system's randomness. */
export function systemRandom(): Random {
  const bytes = Buffer.allocUnsafe(BATCH)
  let at = BATCH
  return {
    id() {
      if (at === BATCH) {
        randomFillSync(bytes)
        at = 0
      }
      at += 16
      return bytes.toString('hex', at - 16, at)
    },
    fraction: () => randomInt(2 ** 47) / 2 ** 47,
  }
}
