// Where a visitor's bytes are read into: the buffer that all sockets share, so what is read is lent. Requests are small; after a read
// that was full, which is of a large body, the next ones may be larger.
// Mutable on purpose: one per connection.
import type { Socket } from 'node:net'
import { owned } from '../../base/lent.ts'
import type { DialReads } from '../../net/dial-step.ts'
import { type LentReads, lendReads } from '../../net/lent-reads.ts'
import type { ReadBuffers } from '../../net/read-buffers.ts'

export class VisitorReads implements DialReads {
  private isLarge = false
  private readonly buffers: ReadBuffers
  private readonly received: (bytes: Buffer) => void
  /** Undefined where the socket reads into memory of its own each time. */
  private readonly lent: LentReads | undefined

  constructor(socket: Socket, buffers: ReadBuffers, received: (bytes: Buffer) => void) {
    this.buffers = buffers
    this.received = received
    this.lent = lendReads(socket, this)
    if (this.lent === undefined) socket.on('data', received)
  }

  /** What is read is gone with the next read: whoever keeps some copies it. */
  get isLent(): boolean {
    return this.lent !== undefined
  }

  /** The socket is somebody else's now, who listens to `data`. */
  stop(): void {
    this.lent?.stop()
  }

  buffer(): Buffer {
    return this.isLarge ? this.buffers.medium : this.buffers.small
  }

  read(length: number, buffer: Buffer): boolean {
    this.isLarge = length >= this.buffers.small.length
    this.received(buffer.subarray(0, length))
    return true
  }

  /** Bytes that outlive the read. */
  kept(bytes: Buffer): Buffer {
    return owned(bytes, this.isLent)
  }
}
