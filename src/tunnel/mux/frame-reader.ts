// Bytes to frames, wherever the bytes were cut. Payload goes on in the pieces in which it came, without a copy.
// Mutable on purpose: everything that a tunnel carries passes here.
import { HEADER_BYTES, TYPE } from './frame.ts'

export interface FrameEvents {
  /** A data frame of so many bytes begins; `payload` gets them, in pieces. */
  dataFrame(id: number, flags: number, length: number): void
  /** Part of the last data frame, never empty; a view of the bytes that were read. */
  payload(piece: Buffer): void
  windowFrame(id: number, flags: number, increment: number): void
  pingFrame(flags: number, value: number): void
  goAwayFrame(code: number): void
  /** The bytes are not yamux. Nothing follows. */
  broken(detail: string): void
}

export class FrameReader {
  private readonly events: FrameEvents
  /** A header of which only a part has come. */
  private readonly rest: Buffer = Buffer.alloc(HEADER_BYTES)
  private restBytes = 0
  private payloadLeft = 0
  private isOver = false

  constructor(events: FrameEvents) {
    this.events = events
  }

  /** Reads on; everything that is complete has been told when this returns. */
  read(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && !this.isOver) {
      if (this.payloadLeft > 0) {
        const end = Math.min(bytes.length, at + this.payloadLeft)
        this.payloadLeft -= end - at
        this.events.payload(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
        at = end
      } else if (this.restBytes === 0 && bytes.length - at >= HEADER_BYTES) {
        this.header(bytes, at)
        at += HEADER_BYTES
      } else {
        const end = Math.min(bytes.length, at + HEADER_BYTES - this.restBytes)
        this.restBytes += bytes.copy(this.rest, this.restBytes, at, end)
        at = end
        if (this.restBytes === HEADER_BYTES) {
          this.restBytes = 0
          this.header(this.rest, 0)
        }
      }
    }
  }

  /** Nothing more is told. */
  stop(): void {
    this.isOver = true
  }

  private header(bytes: Buffer, at: number): void {
    const kind = bytes.readUInt32BE(at)
    const id = bytes.readUInt32BE(at + 4)
    const length = bytes.readUInt32BE(at + 8)
    const flags = kind & 0xffff
    const type = kind >>> 16
    if (type > TYPE.goAway) {
      this.fail(type > 0xff ? `version ${type >>> 8}` : `a frame of type ${type}`)
    } else if ((id === 0) === type < TYPE.ping) {
      this.fail(`a frame of type ${type} for stream ${id}`)
    } else if (type === TYPE.data) {
      this.payloadLeft = length
      this.events.dataFrame(id, flags, length)
    } else if (type === TYPE.window) {
      this.events.windowFrame(id, flags, length)
    } else if (type === TYPE.ping) {
      this.events.pingFrame(flags, length)
    } else {
      this.events.goAwayFrame(length)
    }
  }

  private fail(detail: string): void {
    this.isOver = true
    this.events.broken(detail)
  }
}
