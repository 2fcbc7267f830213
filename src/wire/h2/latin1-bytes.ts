// The bytes of a head's text, for a reader that looks at them once: they are written into one buffer over and over again.

const BYTES = Buffer.allocUnsafeSlow(64 * 1024)

/** The bytes of a latin1 text, lent until the next call. */
export function latin1Bytes(text: string): Buffer {
  if (text.length > BYTES.length) return Buffer.from(text, 'latin1')
  BYTES.write(text, 0, 'latin1')
  return BYTES
}
