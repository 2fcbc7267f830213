// What came for a stream and nobody has read yet. Its memory is in proportion to its bytes, however small the pieces are that they
// came in: a small view would hold the whole read that it is cut from.
// Mutable on purpose: one per stream.

/** A view of at least this is kept as it is: the read behind it has 64 KiB at most. */
const KEPT = 32 * 1024
const FIRST_BLOCK = 4 * 1024

export class Inbox {
  /** Bytes in it. */
  length = 0
  private blocks: Buffer[] = []
  private first = 0
  /** The last block's room, when it is one of ours. */
  private room: Buffer | undefined
  private used = 0

  /** A lent piece is copied. */
  add(piece: Buffer, isLent: boolean): void {
    this.length += piece.length
    if (piece.length >= KEPT && !isLent) {
      this.closeRoom()
      this.blocks.push(piece)
      return
    }
    let at = 0
    while (at < piece.length) {
      this.room ??= Buffer.allocUnsafeSlow(this.length <= FIRST_BLOCK ? FIRST_BLOCK : KEPT)
      const copied = piece.copy(this.room, this.used, at)
      this.used += copied
      at += copied
      if (this.used === this.room.length) this.closeRoom()
    }
  }

  /** The oldest bytes, undefined when there are none. */
  take(): Buffer | undefined {
    if (this.first === this.blocks.length) this.closeRoom()
    const block = this.blocks[this.first]
    if (block === undefined) return undefined
    this.first++
    if (this.first === this.blocks.length) this.clear()
    this.length -= block.length
    return block
  }

  /** Throws everything away. */
  empty(): void {
    this.clear()
    this.room = undefined
    this.used = 0
    this.length = 0
  }

  private clear(): void {
    this.blocks = []
    this.first = 0
  }

  private closeRoom(): void {
    if (this.room === undefined) return
    this.blocks.push(this.room.subarray(0, this.used))
    this.room = undefined
    this.used = 0
  }
}
