// The bytes with which a connection begins that speaks HTTP/2 without having agreed on it: prior knowledge (RFC 9113 3.3, 3.4).

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Whether a connection's first bytes are the preface; undefined while they are only the beginning of one. */
export function isPreface(bytes: Buffer): boolean | undefined {
  // Nearly every request is told apart by its second byte.
  if (bytes.length > 1 && bytes[1] !== PREFACE[1]) return false
  const length = Math.min(bytes.length, PREFACE.length)
  if (PREFACE.compare(bytes, 0, length, 0, length) !== 0) return false
  return length === PREFACE.length ? true : undefined
}
