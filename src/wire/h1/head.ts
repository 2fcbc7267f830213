// A field section as one latin1 string and the places of its lines: nothing is copied out of it until somebody asks.
// Mutable on purpose: one per connection, refilled for every message, because this is the hottest allocation there would be.
import type { FieldReader } from '../../http/facts.ts'
import { FOLDED_TOKEN, LOWER_TOKEN, VALUE_CHAR } from './grammar.ts'
import { ALIAS, FIELD_NAMES, FIELD_TABLE, fieldId, hashStep, slotOf } from './names.ts'
import { malformed, type Refusal, TOO_MANY_HEADERS } from './refusal.ts'

const CR = 13
const LF = 10
const COLON = 58

/** The section of a head of up to so many bytes is kept, to be known again: to keep a slice is to keep the head. */
const MOST_KEPT = 2048

const NO_NAME = malformed('a field line without a name and colon')
const BAD_VALUE = malformed('a control character, bare CR or bare LF in a field value')

export class Head implements FieldReader {
  /** Up to the blank line, that included; the start line may stand in it too, before `start`. */
  text = ''
  /** Number of field lines. */
  count = 0
  /** Where line i starts; `starts[count]` is where the blank line starts. */
  readonly starts: number[] = []
  readonly colons: number[] = []
  /** The number of line i's name in names.ts, ALIAS for a look-alike of one, 0 for any other. */
  readonly ids: number[] = []
  /** Index of the first line with a known name, where `counts` has one; by number. */
  readonly firsts: Int16Array = new Int16Array(FIELD_NAMES.length)
  /** How often a known name occurs; by number. */
  readonly counts: Uint8Array = new Uint8Array(ALIAS + 1)
  /** The section that was read last: where it started, its lines and its length; and itself, if one before it was as long. */
  private lastStart = 0
  private lastCount = 0
  private lastLength = 0
  private last = ''

  /**
   * Reads the field lines of `text` from `position` to the blank line that must end it (RFC 9112 5).
   * Refuses folding, space around a name, bare CR and LF, and every control character.
   * `bytes` hold the same text from `base` on: a byte of a buffer is read in half the time of a string's character.
   */
  readFields(
    text: string,
    bytes: Buffer,
    base: number,
    position: number,
    maxFields: number,
  ): Refusal | undefined {
    if (this.readAgain(text, position, maxFields)) return undefined
    let at = base + position
    for (;;) {
      let code = bytes[at] ?? 0
      if (code === CR && bytes[at + 1] === LF) {
        this.starts[this.count] = at - base
        this.keep(text, position)
        return undefined
      }
      if (this.count === maxFields) return TOO_MANY_HEADERS
      const start = at
      let hash = 0
      let folded = FOLDED_TOKEN[code] ?? 0
      while (folded !== 0) {
        hash = hashStep(hash, folded)
        code = bytes[++at] ?? 0
        folded = FOLDED_TOKEN[code] ?? 0
      }
      if (at === start || code !== COLON) return NO_NAME
      this.note(bytes, start, at, base, FIELD_TABLE[slotOf(hash)] ?? 0)
      do code = bytes[++at] ?? 0
      while (VALUE_CHAR[code] === 1)
      if (code !== CR || bytes[at + 1] !== LF) return BAD_VALUE
      at += 2
    }
  }

  /** False when the field lines of `text` aren't those of the section before; then they are still to be read. */
  readAgain(text: string, position: number, maxFields: number): boolean {
    this.clear()
    this.text = text
    if (this.isLast(text, position) && this.lastCount <= maxFields) {
      this.moveLast(position)
      return true
    }
    this.last = ''
    return false
  }

  /** The next section is another visitor's: it isn't compared with this one's, whose cookies are nobody's to guess. */
  forget(): void {
    this.last = ''
    this.lastLength = 0
  }

  // A visitor on a kept connection mostly says the same again, and to compare costs a twentieth of reading.

  private isLast(text: string, position: number): boolean {
    const { last } = this
    return last !== '' && text.length - position === last.length && text.slice(position) === last
  }

  /** Takes the places that were read last for those of the same section at `position`. */
  private moveLast(position: number): void {
    const by = position - this.lastStart
    this.count = this.lastCount
    this.lastStart = position
    for (let index = 0; index < this.count; index++) {
      this.starts[index] = (this.starts[index] ?? 0) + by
      this.colons[index] = (this.colons[index] ?? 0) + by
      const id = this.ids[index] ?? 0
      if (id !== 0 && id !== ALIAS) this.counts[id] = Math.min((this.counts[id] ?? 0) + 1, 255)
    }
    this.starts[this.count] = (this.starts[this.count] ?? 0) + by
  }

  /** Two sections of one length may well be the same, and so will the third be. */
  private keep(text: string, position: number): void {
    const length = text.length - position
    if (length === this.lastLength && text.length <= MOST_KEPT) this.last = text.slice(position)
    this.lastLength = length
    this.lastStart = position
    this.lastCount = this.count
  }

  private note(bytes: Buffer, start: number, colon: number, base: number, candidate: number): void {
    const index = this.count++
    const name = FIELD_NAMES[candidate] ?? ''
    const known = candidate !== 0 && sameBytes(LOWER_TOKEN, bytes, start, colon, name)
    const isAlias = !known && candidate !== 0 && sameBytes(FOLDED_TOKEN, bytes, start, colon, name)
    const id = known ? candidate : isAlias ? ALIAS : 0
    this.starts[index] = start - base
    this.colons[index] = colon - base
    this.ids[index] = id
    if (!known) return
    if (this.counts[id] === 0) this.firsts[id] = index
    this.counts[id] = Math.min((this.counts[id] ?? 0) + 1, 255)
  }

  /** Whether the text holds `count` lines, and nothing behind the blank line that ends them. */
  isExactly(count: number): boolean {
    return this.count === count && this.starts[count] === this.text.length - 2
  }

  /** Where the first field line starts, or the blank line where there is none. */
  get start(): number {
    return this.starts[0] ?? 0
  }

  /** Where line i ends, its CRLF included. */
  end(index: number): number {
    return this.starts[index + 1] ?? 0
  }

  name(index: number): string {
    return this.text.slice(this.starts[index], this.colons[index])
  }

  /** The value of line i without the white space around it. */
  value(index: number): string {
    let from = (this.colons[index] ?? 0) + 1
    let to = this.end(index) - 2
    while (from < to && isBlank(this.text.charCodeAt(from))) from++
    while (to > from && isBlank(this.text.charCodeAt(to - 1))) to--
    return this.text.slice(from, to)
  }

  /** The first value of a known name; undefined when it doesn't occur. */
  known(id: number): string | undefined {
    return this.counts[id] === 0 ? undefined : this.value(this.firsts[id] ?? 0)
  }

  /** All values of a known name, in order. */
  allKnown(id: number): string[] {
    const values: string[] = []
    for (let index = 0; index < this.count; index++)
      if (this.ids[index] === id) values.push(this.value(index))
    return values
  }

  first(name: string): string | undefined {
    const id = fieldId(name)
    return id === 0 ? this.all(name)[0] : this.known(id)
  }

  all(name: string): readonly string[] {
    const id = fieldId(name)
    if (id !== 0) return this.allKnown(id)
    const values: string[] = []
    for (let index = 0; index < this.count; index++) {
      const start = this.starts[index] ?? 0
      if (sameName(this.text, start, this.colons[index] ?? 0, name)) values.push(this.value(index))
    }
    return values
  }

  /** Lets go of the text, so that an idle connection holds none, or a small one that has come before. */
  clear(): void {
    this.text = ''
    // A call of `fill` for a table of this size costs more than all of this.
    for (let index = 0; index < this.count; index++) this.counts[this.ids[index] ?? 0] = 0
    this.count = 0
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** Whether bytes[start, end), read through a table, spell a lower-case name. */
function sameBytes(table: Uint8Array, bytes: Buffer, start: number, end: number, lowerName: string): boolean {
  if (end - start !== lowerName.length) return false
  for (let index = 0; index < lowerName.length; index++) {
    if (table[bytes[start + index] ?? 0] !== lowerName.charCodeAt(index)) return false
  }
  return true
}

/** Whether text[start, end) equals a lower-case name, whatever its case. */
function sameName(text: string, start: number, end: number, lowerName: string): boolean {
  if (end - start !== lowerName.length) return false
  for (let index = 0; index < lowerName.length; index++) {
    if (LOWER_TOKEN[text.charCodeAt(start + index)] !== lowerName.charCodeAt(index)) return false
  }
  return true
}
