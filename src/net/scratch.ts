// Where a head and the body bytes behind it are put together for one write. What the kernel takes at once is done with when the
// write returns, so one buffer serves all sockets; one whose bytes were left pending goes with them, and another takes its place
// until it is given back. New ones all the time would be collected all the time: V8 counts what they hold, and collects everything.
// Measured for a head and 10 KiB: 3.9 us, against 6.2 us as one string and 4.2 us as two pieces of a gathered write.

/** Past this, a copy costs more than a gathered write. */
const BYTES = 32 * 1024
/** Buffers that wait for the next use: two megabytes. */
const MOST = 64

export class Scratch {
  private buffer: Buffer = Buffer.allocUnsafeSlow(BYTES)
  private length = 0
  private readonly spare: Buffer[] = []

  /** Whether so many bytes can be put together here. */
  fits(bytes: number): boolean {
    return bytes <= BYTES
  }

  /** Begins anew. */
  clear(): void {
    this.length = 0
  }

  /** Adds latin1 text and bytes, which are free again. */
  add(text: string, piece: Buffer): void {
    if (text !== '') this.length += this.buffer.write(text, this.length, 'latin1')
    if (piece.length > 0) this.buffer.set(piece, this.length)
    this.length += piece.length
  }

  /** What was put together stands at its beginning, until it is begun anew. */
  get joined(): Buffer {
    return this.buffer
  }

  /** What was put together, whose buffer nobody else uses until it is given back. */
  leave(): Buffer {
    const left = this.buffer
    this.buffer = this.spare.pop() ?? Buffer.allocUnsafeSlow(BYTES)
    return left
  }

  giveBack(left: Buffer): void {
    if (this.spare.length < MOST) this.spare.push(left)
  }
}
