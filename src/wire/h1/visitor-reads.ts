// Where a visitor's bytes are read into. Requests are small: they share one buffer, and what is read there is lent. A read that
// fills it is of a large body, whose next reads get buffers of their own, which go along with the bytes.
// Mutable on purpose: one per connection.
import type { Socket } from 'node:net'
import { owned } from '../../base/lent.ts'
import type { DialReads } from '../../net/dial-step.ts'
import { type LentReads, lendReads } from '../../net/lent-reads.ts'
import type { ReadBuffers } from '../../net/read-buffers.ts'

/** What one read of a large body takes at the most. */
const LARGE = 64 * 1024

export class VisitorReads implements DialReads {
  /** The bytes that are being read are lent: whoever keeps some copies them. */
  isLent = false
  private isLarge = false
  private own: Buffer | undefined
  private readonly small: Buffer
  private readonly received: (bytes: Buffer) => void
  /** Undefined where the socket reads into memory of its own each time. */
  private readonly lent: LentReads | undefined

  constructor(socket: Socket, { small }: ReadBuffers, received: (bytes: Buffer) => void) {
    this.small = small
    this.received = received
    this.lent = lendReads(socket, this)
    if (this.lent === undefined) socket.on('data', received)
  }

  /** The socket is somebody else's now, who listens to `data`. */
  stop(): void {
    this.lent?.stop()
  }

  buffer(): Buffer {
    if (!this.isLarge) return this.small
    this.own ??= Buffer.allocUnsafeSlow(LARGE)
    return this.own
  }

  read(length: number, buffer: Buffer): boolean {
    const isOwn = buffer === this.own
    // One that is half empty isn't worth giving away.
    this.isLent = !isOwn || length < LARGE / 2
    if (!this.isLent) this.own = undefined
    this.isLarge = isOwn ? !this.isLent : length === buffer.length
    this.received(buffer.subarray(0, length))
    this.isLent = false
    return true
  }

  /** Bytes that outlive the read. */
  kept(bytes: Buffer): Buffer {
    return owned(bytes, this.isLent)
  }
}
