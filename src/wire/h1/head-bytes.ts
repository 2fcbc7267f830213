// Collects the bytes of a head until its blank line, whatever pieces they come in, in time linear in their number.

import { LOWER_TOKEN } from './grammar.ts'

const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1')
const NOTHING = Buffer.alloc(0)
const CR = 13
const LF = 10
const FIRST_CAPACITY = 4096

/** Mutable on purpose: one per connection. Holds memory only while a head is in pieces, or taken and not yet cleared. */
export class HeadBytes {
  private held: Buffer | undefined
  private heldLength = 0
  private scanned = 0
  private checked = 1
  /** Where the head, or what is known of it, lies: source[start, start + length). */
  source: Buffer = NOTHING
  start = 0
  length = 0
  /** The complete head as latin1, from when `take` returned a position until `clear`. */
  text = ''
  /** Length of the start line (or of what came of it), when `take` has returned -2. */
  startLineLength = 0

  /** Bytes of an unfinished head. */
  get pending(): number {
    return this.heldLength
  }

  /**
   * Takes bytes[from, …) up to and including the first blank line. Returns the position behind it with `text` set,
   * -1 when more bytes are needed, -2 when the head is longer than `max`. Unless it was -1, `clear` is due afterwards.
   */
  take(bytes: Buffer, from: number, max: number): number {
    if (this.held === undefined) {
      const found = bytes.indexOf(BLANK_LINE, from)
      const end = found < 0 ? bytes.length : found + 4
      if (end - from > max) return this.overflow(bytes, from, max + 1)
      if (found < 0) {
        this.hold(bytes, from, end)
        return -1
      }
      return this.complete(bytes, from, end)
    }
    const before = this.heldLength
    const held = this.hold(bytes, from, Math.min(bytes.length, from + max - before + 1))
    const found = held.subarray(0, this.heldLength).indexOf(BLANK_LINE, this.scanned)
    this.scanned = Math.max(0, this.heldLength - 3)
    if (found < 0 && this.heldLength <= max) return -1
    const end = found + 4
    if (found < 0 || end > max) return this.overflow(held, 0, max + 1)
    this.complete(held, 0, end)
    return from + end - before
  }

  /**
   * Whether what is known of the head can't be part of a good one: a bare CR or LF, a NUL, or a first byte that starts no
   * message. Whoever refuses asks this first, so that the answer doesn't depend on how the bytes were cut.
   */
  get isHopeless(): boolean {
    const { source, start, length } = this
    if (LOWER_TOKEN[source[start] ?? 0] === 0) return true
    for (let at = this.checked; at < length; at++) {
      const byte = source[start + at]
      if (byte === 0 || (byte === LF) !== (source[start + at - 1] === CR)) return true
    }
    this.checked = length
    return false
  }

  clear(): void {
    this.held = undefined
    this.heldLength = 0
    this.scanned = 0
    this.checked = 1
    this.source = NOTHING
    this.text = ''
  }

  private complete(source: Buffer, from: number, to: number): number {
    this.source = source
    this.start = from
    this.length = to - from
    this.text = source.toString('latin1', from, to)
    return to
  }

  private overflow(source: Buffer, from: number, length: number): -2 {
    this.source = source
    this.start = from
    this.length = length
    const end = source.subarray(from, from + length).indexOf(LF)
    this.startLineLength = end < 0 ? length : end
    return -2
  }

  private hold(bytes: Buffer, from: number, to: number): Buffer {
    const needed = this.heldLength + to - from
    let held = this.held
    if (held === undefined || held.length < needed) {
      held = Buffer.allocUnsafeSlow(Math.max(needed, FIRST_CAPACITY, (this.held?.length ?? 0) * 2))
      this.held?.copy(held, 0, 0, this.heldLength)
      this.held = held
    }
    bytes.copy(held, this.heldLength, from, to)
    this.heldLength = needed
    this.source = held
    this.start = 0
    this.length = needed
    return held
  }
}
