// Reads field blocks as any HPACK writer may have written them (RFC 7541): both tables, both spellings of strings.
import type { Field } from '../incoming.ts'
import { HUFFMAN_SYMBOLS, STATIC_TABLE } from './hpack-tables.ts'

function readHuffman(bytes: Buffer): string {
  let read = ''
  let code = 0
  let length = 0
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1)
      const symbol = HUFFMAN_SYMBOLS.get(`${++length}:${code}`)
      if (symbol === undefined) continue
      read += String.fromCharCode(symbol)
      code = 0
      length = 0
    }
  }
  if (length > 7 || code !== 2 ** length - 1) throw new Error('a Huffman code that breaks off')
  return read
}

/** One per direction of a connection: it remembers. Throws on what isn't HPACK. */
export class HpackReader {
  readonly #table: Field[] = []
  #size = 0
  #maxSize = 4096
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  read(bytes: Buffer): Field[] {
    this.#bytes = bytes
    this.#at = 0
    const fields: Field[] = []
    while (this.#at < bytes.length) {
      const first = bytes[this.#at] ?? 0
      if (first >= 0x80) {
        fields.push(this.#entry(this.#integer(7)))
      } else if (first >= 0x40) {
        const field = this.#literal(6)
        this.#keep(field)
        fields.push(field)
      } else if (first >= 0x20) {
        this.#maxSize = this.#integer(5)
        this.#evict()
      } else {
        fields.push(this.#literal(4))
      }
    }
    return fields
  }

  #literal(prefix: number): Field {
    const index = this.#integer(prefix)
    const name = index === 0 ? this.#text() : this.#entry(index)[0]
    return [name, this.#text()]
  }

  #entry(index: number): Field {
    const found = STATIC_TABLE[index - 1] ?? this.#table[index - 1 - STATIC_TABLE.length]
    if (found === undefined) throw new Error(`no entry ${index} in the tables`)
    return found
  }

  #keep(field: Field): void {
    this.#table.unshift(field)
    this.#size += sizeOf(field)
    this.#evict()
  }

  #evict(): void {
    while (this.#size > this.#maxSize) {
      const last = this.#table.pop()
      if (last === undefined) break
      this.#size -= sizeOf(last)
    }
  }

  #integer(prefix: number): number {
    const full = 2 ** prefix - 1
    let value = this.#byte() & full
    if (value < full) return value
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  #text(): string {
    const isHuffman = (this.#bytes[this.#at] ?? 0) >= 0x80
    const length = this.#integer(7)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    if (bytes.length < length) throw new Error('a string that breaks off')
    this.#at += length
    return isHuffman ? readHuffman(bytes) : bytes.toString('latin1')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Error('a field block that breaks off')
    return byte
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + 32
}
