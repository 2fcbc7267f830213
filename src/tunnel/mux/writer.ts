// Who may write to the carrier next, and how much. One gathered write is under way at a time. What is said of sessions and streams goes
// first; then streams take turns, in chunks. Who has said little in this round goes before those who have much to say, so that a small
// answer doesn't wait for every bulk transfer to have had its turn.
// Mutable on purpose: everything that a tunnel carries passes here.
import type { Duplex } from 'node:stream'
import { afterReads } from '../../base/clock.ts'
import { HEADER_BYTES, TYPE, writeHeader } from './frame.ts'
import { Line, type Waiting } from './line.ts'
import type { Outbox } from './outbox.ts'

/** At most so much of one stream, then it is somebody else's turn. */
const CHUNK = 64 * 1024
/** Once a batch has so much, it goes. */
const BATCH = 256 * 1024
/** Payload up to this is copied behind its header: cheaper than a write of several pieces. */
const SMALL = 8 * 1024
/** What a stream may send in each round before it stands in line with the others. */
const LITTLE = 16 * 1024
const FIRST_GATHER = 4 * 1024
/** More than this gathered, and whoever adds to it has to wait. */
const MUCH = 64 * 1024

/** A stream, as far as it writes. */
export interface Producer extends Waiting<Producer> {
  readonly id: number
  readonly outbox: Outbox
  /** Bytes that the other side still takes. */
  sendWindow: number
  /** The writer's own notes: which round the producer was last heard in, and how much of it. */
  round: number
  roundBytes: number
  /** The kernel has taken what the producer gave. */
  wasSent(): void
}

export class FairWriter {
  private readonly carrier: Duplex
  /** Called when the kernel has taken a batch. */
  private readonly eased: () => void
  private gather: Buffer = Buffer.allocUnsafeSlow(FIRST_GATHER)
  private spare: Buffer | undefined
  private gathered = 0
  private isBusy = false
  private isPlanned = false
  private isOver = false
  private readonly brief: Line<Producer> = new Line()
  private readonly ring: Line<Producer> = new Line()
  /** Bytes that were handed to the carrier. */
  sent = 0
  private round = 1
  private leftInRound = 0
  private batch: Producer[] = []
  private readonly flushSoon = (): void => this.flush()
  private readonly batchWritten = (error?: Error | null): void => this.written(error)

  constructor(carrier: Duplex, eased: () => void) {
    this.carrier = carrier
    this.eased = eased
  }

  /** Adds a frame without payload; it goes before everything that waits in a line. */
  control(type: number, flags: number, id: number, value: number): void {
    if (this.isOver) return
    this.header(type, flags, id, value)
    this.plan()
  }

  /** Takes a small write at once if it can; whoever hears false puts it into the outbox and says `ready`. */
  say(producer: Producer, chunk: Buffer | string, encoding: BufferEncoding): boolean {
    if (this.isBusy || this.isOver) return false
    const length = typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length
    if (length > SMALL || length > producer.sendWindow || this.gathered + length > MUCH) return false
    this.header(TYPE.data, 0, producer.id, length)
    this.reserve(length)
    if (typeof chunk === 'string') this.gather.write(chunk, this.gathered, encoding)
    else chunk.copy(this.gather, this.gathered)
    this.gathered += length
    producer.sendWindow -= length
    this.plan()
    return true
  }

  /** The producer has something in its outbox that its window allows; without one or the other nothing happens. */
  ready(producer: Producer): void {
    if (this.isOver || producer.isWaiting || producer.outbox.length === 0 || producer.sendWindow === 0) return
    if (producer.round !== this.round) {
      producer.round = this.round
      producer.roundBytes = 0
    }
    const isBrief = producer.roundBytes + producer.outbox.length <= LITTLE
    if (isBrief) this.brief.join(producer)
    else this.ring.join(producer)
    this.plan()
  }

  /** So much is waiting for the carrier that no more should be asked for. */
  get isPressed(): boolean {
    return this.isBusy && this.gathered > MUCH
  }

  /** Starts a batch now, unless one is under way. */
  flush(): void {
    this.isPlanned = false
    if (this.isBusy || this.isOver) return
    const parts: Buffer[] = []
    let bytes = this.gathered
    let from = 0
    while (bytes < BATCH) {
      const producer = this.next()
      if (producer === undefined) break
      const length = Math.min(CHUNK, producer.sendWindow, producer.outbox.length)
      // It was reset while it waited.
      if (length === 0) continue
      bytes += length
      producer.sendWindow -= length
      producer.roundBytes += length
      this.header(TYPE.data, 0, producer.id, length)
      if (length <= SMALL) {
        this.reserve(length)
        producer.outbox.copyTo(this.gather, this.gathered, length)
        this.gathered += length
      } else {
        parts.push(this.gather.subarray(from, this.gathered))
        from = this.gathered
        producer.outbox.moveTo(parts, length)
      }
      this.batch.push(producer)
      this.ready(producer)
    }
    if (this.gathered > from) parts.push(this.gather.subarray(from, this.gathered))
    if (parts.length > 0) this.write(parts)
  }

  /** Writes what was gathered, as the last of all, and ends the carrier. */
  finish(): void {
    if (this.isOver) return
    this.isOver = true
    this.carrier.end(Buffer.from(this.gather.subarray(0, this.gathered)))
  }

  /** Nothing is written any more. */
  stop(): void {
    this.isOver = true
  }

  private write(parts: readonly Buffer[]): void {
    const { carrier } = this
    const used = this.gather
    this.gather = this.spare ?? Buffer.allocUnsafeSlow(FIRST_GATHER)
    this.spare = used
    this.gathered = 0
    this.isBusy = true
    const last = parts.length - 1
    if (last > 0) carrier.cork()
    for (const part of parts) this.sent += part.length
    for (let n = 0; n < last; n++) carrier.write(parts[n])
    carrier.write(parts[last], this.batchWritten)
    if (last > 0) carrier.uncork()
  }

  private written(error: Error | null | undefined): void {
    // The carrier says so itself, and with it everything ends.
    if (error) return
    this.isBusy = false
    const { batch } = this
    this.batch = []
    for (const producer of batch) producer.wasSent()
    this.flush()
    this.eased()
  }

  private next(): Producer | undefined {
    const brief = this.brief.next()
    if (brief !== undefined) return brief
    if (this.leftInRound === 0) {
      this.round++
      this.leftInRound = this.ring.length
    }
    const next = this.ring.next()
    if (next === undefined) return undefined
    this.leftInRound--
    if (next.round !== this.round) {
      next.round = this.round
      next.roundBytes = 0
    }
    return next
  }

  private header(type: number, flags: number, id: number, length: number): void {
    this.reserve(HEADER_BYTES)
    writeHeader(this.gather, this.gathered, type, flags, id, length)
    this.gathered += HEADER_BYTES
  }

  /** Makes room. Views of a buffer that was left for a larger one stay what they are. */
  private reserve(bytes: number): void {
    const needed = this.gathered + bytes
    if (needed <= this.gather.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.gather.length))
    this.gather.copy(larger, 0, 0, this.gathered)
    this.gather = larger
  }

  private plan(): void {
    if (this.isPlanned || this.isBusy || this.isOver) return
    this.isPlanned = true
    afterReads(this.flushSoon)
  }
}
