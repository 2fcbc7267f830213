// The field lines of a head that came as text: the reader wants bytes, which are written into one buffer over and over again.
import type { Head } from '../h1/head.ts'
import type { Refusal } from '../h1/refusal.ts'

const BYTES = Buffer.allocUnsafeSlow(64 * 1024)

/** Reads the lines of a latin1 text from `position` to the blank line that ends it. */
export function readLines(
  head: Head,
  text: string,
  position: number,
  maxFields: number,
): Refusal | undefined {
  if (head.readAgain(text, position, maxFields)) return undefined
  return head.readFields(text, latin1Bytes(text), 0, position, maxFields)
}

/** Lent until the next call. */
function latin1Bytes(text: string): Buffer {
  if (text.length > BYTES.length) return Buffer.from(text, 'latin1')
  BYTES.write(text, 0, 'latin1')
  return BYTES
}
