// Where an origin's bytes are read into on their way to a stream. All connections share one buffer, what is read there is copied; a
// read that fills it is of something large, whose next reads get buffers of their own. Those, and the copies of what isn't little, come
// back when the tunnel took the bytes: new ones all the time would be collected all the time.
// Mutable on purpose: one per connection.
import type { Duplex } from 'node:stream'
import type { DialReads } from '../net/dial-step.ts'
import type { ReadBuffers } from '../net/read-buffers.ts'

export class OriginReads implements DialReads {
  private readonly buffers: ReadBuffers
  private to!: Duplex
  private passed: (bytes: number) => void = () => undefined
  private isLarge = false
  private own: Buffer | undefined

  constructor(buffers: ReadBuffers) {
    this.buffers = buffers
  }

  /** Everything goes to a stream, and is counted. Due before the turn is over in which the origin was connected: reading begins then. */
  start(to: Duplex, passed: (bytes: number) => void): void {
    this.to = to
    this.passed = passed
  }

  buffer(): Buffer {
    if (!this.isLarge) return this.buffers.small
    this.own ??= this.buffers.take()
    return this.own
  }

  read(length: number, buffer: Buffer): boolean {
    const isOwn = buffer === this.own
    this.isLarge = isOwn ? length >= buffer.length / 2 : length === buffer.length
    this.passed(length)
    if (length < this.buffers.small.length) return this.to.write(Buffer.from(buffer.subarray(0, length)))
    const kept = isOwn ? buffer : this.copied(buffer)
    if (isOwn) this.own = undefined
    return this.to.write(kept.subarray(0, length), error => {
      // Of a stream that is cut, bytes may still be on their way to the system.
      if (!error) this.buffers.giveBack(kept)
    })
  }

  private copied(buffer: Buffer): Buffer {
    const taken = this.buffers.take()
    buffer.copy(taken)
    return taken
  }

  /** The connection is over: the buffer that waits for it is somebody else's. */
  stop(): void {
    if (this.own !== undefined) this.buffers.giveBack(this.own)
    this.own = undefined
  }
}
