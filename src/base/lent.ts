// Bytes that are lent: they lie in a buffer that is used again once the call returns.

/** The piece for whoever keeps it. */
export function owned(piece: Buffer, isLent: boolean): Buffer {
  return isLent ? Buffer.from(piece) : piece
}
