// What is said in a soak: every answer and every upload has bytes of its own, which both sides can work out from a number.
import { createHash } from 'node:crypto'

const SPREAD = 4096
const LARGEST = 200 * 1024

/** The same in every process and run. */
const SOURCE: Buffer = Buffer.concat(
  Array.from({ length: Math.ceil((LARGEST + SPREAD) / 32) }, (_, n) =>
    createHash('sha256').update(String(n)).digest(),
  ),
)

/** `count` bytes, up to 200 KiB; neighbours of `n` get others. */
export function bytesFor(n: number, count: number): Buffer {
  const from = (n * 37) % SPREAD
  return SOURCE.subarray(from, from + count)
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
