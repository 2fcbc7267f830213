// Lines of ASCII, put together as the bytes that go out. What repeats from line to line is kept as bytes and copied; as strings, a line
// would be a rope of thirty pieces, and looking at thousands of them again when they are written costs more than making them.
// Mutable on purpose: it runs once per exchange.
import { isPlain } from './plain-text.ts'

/** What is taken at first in quiet times. */
const LITTLE = 64 * 1024
/** Numbers below it are divided as integers, in a fraction of the time. */
const INTEGERS = 2 ** 31
const ZERO = 48
const POINT = 46

/** ASCII text that is added again and again. */
export function asciiBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

export class LineBytes {
  private bytes: Buffer = Buffer.alloc(0)
  /** Bytes since the last `take`. */
  length = 0
  private readonly usual: number
  private first: number

  /** `usual`: how much is there at the most before it is taken, unless a line is very long. */
  constructor(usual: number) {
    this.usual = usual
    this.first = Math.min(LITTLE, usual)
  }

  /** Adds bytes of ASCII. */
  piece(piece: Buffer): void {
    this.reserve(piece.length)
    this.bytes.set(piece, this.length)
    this.length += piece.length
  }

  /** Adds ASCII text. */
  text(text: string): void {
    this.reserve(text.length)
    this.length += this.bytes.write(text, this.length, 'latin1')
  }

  /** Adds text that can stand between the quotes of a JSON string as it is, and says whether it did; for short ones. */
  plain(text: string): boolean {
    this.reserve(text.length)
    const { bytes } = this
    let at = this.length
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n)
      if (!isPlain(code)) return false
      bytes[at++] = code
    }
    this.length = at
    return true
  }

  /** Adds a natural number in digits. */
  integer(value: number): void {
    let width = 1
    for (let bound = 10; value >= bound; bound *= 10) width++
    this.digits(value, width)
  }

  /** Adds milliseconds as seconds with six places. */
  seconds(ms: number): void {
    const micros = Math.max(0, Math.round(ms * 1000))
    const whole = Math.floor(micros / 1_000_000)
    this.integer(whole)
    this.reserve(1)
    this.bytes[this.length++] = POINT
    this.digits(micros - whole * 1_000_000, 6)
  }

  private digits(value: number, width: number): void {
    this.reserve(width)
    const { bytes, length } = this
    let at = length + width - 1
    let rest = value
    for (; rest >= INTEGERS; at--) {
      const tenth = Math.floor(rest / 10)
      bytes[at] = ZERO + (rest - tenth * 10)
      rest = tenth
    }
    for (let small = rest | 0; at >= length; at--) {
      const tenth = (small / 10) | 0
      bytes[at] = ZERO + (small - tenth * 10)
      small = tenth
    }
    this.length += width
  }

  /** All of it, which is the taker's from now on. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.first = this.length > LITTLE ? this.usual : Math.min(LITTLE, this.usual)
    this.bytes = Buffer.alloc(0)
    this.length = 0
    return taken
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes
    if (needed > this.bytes.length) this.grow(needed)
  }

  // Apart from `reserve`, whose every call would make room for what the arrow function sees.
  private grow(needed: number): void {
    const room = [this.first, this.usual].find(one => needed <= one) ?? needed * 2
    const larger = Buffer.allocUnsafeSlow(room)
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}
