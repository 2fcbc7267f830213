// Large bodies that prove themselves: what was sent and what has come are known by their digests, and nobody holds them in memory.
import { createHash, randomBytes } from 'node:crypto'
import type { Incoming } from '../incoming.ts'

export const MIB: number = 1 << 20

/** Writes so many MiB, each with its number in front, and tells their digest. `may` holds back the piece of that number. */
export async function pour(
  write: (piece: Buffer) => Promise<void>,
  pieces: number,
  may: (piece: number) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const hash = createHash('sha256')
  const piece = randomBytes(MIB)
  for (let n = 0; n < pieces; n++) {
    await may(n)
    piece.writeUInt32BE(n)
    hash.update(piece)
    await write(piece)
  }
  return hash.digest('hex')
}

/** Reads so many MiB and tells their digest; throws when they end before. */
export async function swallow(incoming: Incoming, pieces: number): Promise<string> {
  const hash = createHash('sha256')
  let left = pieces * MIB
  while (left > 0) {
    const bytes = await incoming.some()
    if (bytes === undefined) throw new Error(`${left} bytes are missing (${incoming.ended})`)
    if (bytes.length > left) throw new Error(`${bytes.length - left} bytes too many`)
    left -= bytes.length
    hash.update(bytes)
  }
  return hash.digest('hex')
}
