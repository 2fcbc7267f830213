// Where a visitor's bytes are read into: the buffer that all sockets share, so what is read is lent. Requests are small; after a read
// that was full, which is of a large body, the next ones may be larger.
// What came too early is held here until it is asked for.
// Mutable on purpose: one per connection.
import type { Socket } from 'node:net'
import { owned } from '../../base/lent.ts'
import type { DialReads } from '../../net/dial-step.ts'
import { type LentReads, lendReads } from '../../net/lent-reads.ts'
import type { ReadBuffers } from '../../net/read-buffers.ts'

/** Pipelined bytes, behind a request that is being answered. */
const MOST_HELD = 64 * 1024

export class VisitorReads implements DialReads {
  private isLarge = false
  /** Bytes that came too early. */
  private held: Buffer | undefined
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

  /** Keeps bytes until they are taken, behind those that it has. */
  hold(bytes: Buffer): void {
    this.held = this.held === undefined ? this.kept(bytes) : Buffer.concat([this.held, bytes])
  }

  get hasHeld(): boolean {
    return this.held !== undefined
  }

  /** So many that the visitor has to wait. */
  get holdsMuch(): boolean {
    return this.held !== undefined && this.held.length > MOST_HELD
  }

  /** What is held, with `bytes` behind it; nothing is held any more. */
  behindHeld(bytes: Buffer): Buffer {
    const held = this.takeHeld()
    return held === undefined ? bytes : Buffer.concat([held, bytes])
  }

  takeHeld(): Buffer | undefined {
    const { held } = this
    this.held = undefined
    return held
  }
}
