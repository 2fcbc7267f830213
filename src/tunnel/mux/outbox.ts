// What a stream was told to write and the carrier has not been given yet.
// Mutable on purpose: one per stream.

/** Told when the bytes are the kernel's, or why they never will be. */
export type Written = (error?: Error | null) => void

export class Outbox {
  /** Bytes in it. */
  length = 0
  private pieces: Buffer[] = []
  private first = 0
  private at = 0
  private written: Written | undefined

  /** Adds one write; the next one comes after `written` was called. */
  add(pieces: readonly Buffer[], written: Written): void {
    for (const piece of pieces) {
      if (piece.length === 0) continue
      this.pieces.push(piece)
      this.length += piece.length
    }
    this.written = written
  }

  /** Moves the oldest `length` bytes into a batch, as views. */
  moveTo(batch: Buffer[], length: number): void {
    this.each(length, piece => batch.push(piece))
  }

  /** Copies the oldest `length` bytes to `at` of a buffer. */
  copyTo(into: Buffer, at: number, length: number): void {
    let to = at
    this.each(length, piece => {
      to += piece.copy(into, to)
    })
  }

  /** The write is done, or never will be. */
  settle(error?: Error): void {
    const { written } = this
    this.written = undefined
    this.pieces = []
    this.first = 0
    this.at = 0
    this.length = 0
    written?.(error)
  }

  private each(length: number, use: (piece: Buffer) => void): void {
    let left = length
    this.length -= length
    while (left > 0) {
      const piece = this.pieces[this.first]
      if (piece === undefined) throw new Error('more bytes asked for than an outbox holds')
      const part = piece.subarray(this.at, this.at + left)
      use(part)
      left -= part.length
      this.at += part.length
      if (this.at === piece.length) {
        this.first++
        this.at = 0
      }
    }
  }
}
