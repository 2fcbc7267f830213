// Takes a body out of the bytes behind a head: by length, by chunks, or until the connection ends.
// Mutable on purpose: one per connection, its state survives any split of the bytes.
import { CHUNKED, UNTIL_CLOSE } from './framing.ts'
import { HEX, LOWER_TOKEN, VALUE_CHAR } from './grammar.ts'
import { malformed, type Refusal } from './refusal.ts'

/** Who gets the pieces; a piece is only lent, unless the reader's owner knows better. */
export interface BodySink {
  data(piece: Buffer): void
}

const STATE = {
  length: 0,
  close: 1,
  size: 2,
  sizeEnd: 3,
  chunk: 4,
  chunkCr: 5,
  chunkLf: 6,
  trailers: 7,
  done: 8,
  extensionName: 9,
  extensionValue: 10,
  quoted: 11,
  escaped: 12,
  quotedEnd: 13,
} as const

const BAD_SIZE = malformed('a chunk size that is not plain hex up to 2^53 - 1')
const BAD_EXTENSION = malformed('a chunk extension outside the grammar of RFC 9112 7.1.1')
const LONG_EXTENSIONS = malformed('more than 16 KiB of chunk extensions')
const NO_CHUNK_END = malformed('a chunk without its CRLF')

/** Extensions are dropped unread; past this many bytes in one body they are an attack (CVE-2023-39326 and its kin). */
const MAX_EXTENSION_BYTES = 16 * 1024
const MAX_SAFE_BEFORE_DIGIT = Math.floor(Number.MAX_SAFE_INTEGER / 16)

const CR = 13
const LF = 10
const SEMICOLON = 59
const EQUALS = 61
const QUOTE = 34
const BACKSLASH = 92

export class BodyReader {
  private state: number = STATE.done
  private left = 0
  private digits = 0
  private extensionBytes = 0
  /** Whether the extension's name or value has no character yet. */
  private partIsEmpty = true
  /** Why reading stopped for good. */
  refusal: Refusal | undefined

  /** Begins a body of so many bytes, CHUNKED or UNTIL_CLOSE. */
  begin(framing: number): void {
    this.refusal = undefined
    this.extensionBytes = 0
    this.left = framing
    if (framing === CHUNKED) this.beginChunk()
    else if (framing === UNTIL_CLOSE) this.state = STATE.close
    else this.state = framing === 0 ? STATE.done : STATE.length
  }

  /** The whole body was read; for chunks, up to where the trailers begin. */
  get isDone(): boolean {
    return this.state === STATE.done
  }

  /** The last chunk was read and the trailer section comes next. */
  get atTrailers(): boolean {
    return this.state === STATE.trailers
  }

  get endsWithConnection(): boolean {
    return this.state === STATE.close
  }

  /** Bytes still to come of a body with a length, undefined for the others. */
  get remaining(): number | undefined {
    if (this.state === STATE.done) return 0
    return this.state === STATE.length ? this.left : undefined
  }

  /** Nothing more is taken: the trailer section was read elsewhere, or the message was refused between two pieces. */
  stop(): void {
    this.state = STATE.done
  }

  /** Hands on what it finds in bytes[from, to) and returns where it stopped: at `to`, or earlier when the body is over or broken. */
  read(bytes: Buffer, from: number, to: number, sink: BodySink): number {
    let at = from
    while (at < to) {
      switch (this.state) {
        case STATE.length:
        case STATE.chunk: {
          const next = Math.min(to, at + this.left)
          this.left -= next - at
          if (this.left === 0) this.state = this.state === STATE.length ? STATE.done : STATE.chunkCr
          sink.data(at === 0 && next === bytes.length ? bytes : bytes.subarray(at, next))
          at = next
          break
        }
        case STATE.close:
          sink.data(at === 0 && to === bytes.length ? bytes : bytes.subarray(at, to))
          return to
        case STATE.done:
        case STATE.trailers:
          return at
        default: {
          this.refusal = this.readFramingByte(bytes[at] ?? 0)
          if (this.refusal !== undefined) return at
          at++
        }
      }
    }
    return at
  }

  private beginChunk(): void {
    this.state = STATE.size
    this.left = 0
    this.digits = 0
  }

  private readFramingByte(byte: number): Refusal | undefined {
    switch (this.state) {
      case STATE.size:
        return this.readSizeByte(byte)
      case STATE.sizeEnd:
        if (byte !== LF) return BAD_SIZE
        this.state = this.left === 0 ? STATE.trailers : STATE.chunk
        return undefined
      case STATE.chunkCr:
        if (byte !== CR) return NO_CHUNK_END
        this.state = STATE.chunkLf
        return undefined
      case STATE.chunkLf:
        if (byte !== LF) return NO_CHUNK_END
        this.beginChunk()
        return undefined
      default:
        this.extensionBytes++
        return this.extensionBytes > MAX_EXTENSION_BYTES ? LONG_EXTENSIONS : this.readExtensionByte(byte)
    }
  }

  private readSizeByte(byte: number): Refusal | undefined {
    const digit = HEX[byte] ?? 255
    if (digit !== 255) {
      if (this.left > MAX_SAFE_BEFORE_DIGIT || this.digits === 32) return BAD_SIZE
      this.left = this.left * 16 + digit
      this.digits++
      return undefined
    }
    if (this.digits === 0) return BAD_SIZE
    if (byte === CR) this.state = STATE.sizeEnd
    else if (byte === SEMICOLON) this.beginExtension()
    else return BAD_SIZE
    return undefined
  }

  private beginExtension(): void {
    this.state = STATE.extensionName
    this.partIsEmpty = true
  }

  /** `;name`, `;name=token`, `;name="quoted"`, without white space, as every strict parser reads it. */
  private readExtensionByte(byte: number): Refusal | undefined {
    if (this.state === STATE.quoted || this.state === STATE.escaped) return this.readQuotedByte(byte)
    if (byte === CR || byte === SEMICOLON) {
      if (this.partIsEmpty) return BAD_EXTENSION
      if (byte === CR) this.state = STATE.sizeEnd
      else this.beginExtension()
      return undefined
    }
    if (this.state === STATE.extensionName && byte === EQUALS && !this.partIsEmpty) {
      this.state = STATE.extensionValue
      this.partIsEmpty = true
      return undefined
    }
    if (this.state === STATE.extensionValue && byte === QUOTE && this.partIsEmpty) {
      this.state = STATE.quoted
      return undefined
    }
    this.partIsEmpty = false
    return this.state === STATE.quotedEnd || LOWER_TOKEN[byte] === 0 ? BAD_EXTENSION : undefined
  }

  private readQuotedByte(byte: number): Refusal | undefined {
    if (VALUE_CHAR[byte] !== 1) return BAD_EXTENSION
    if (this.state === STATE.escaped) this.state = STATE.quoted
    else if (byte === BACKSLASH) this.state = STATE.escaped
    else if (byte === QUOTE) {
      this.state = STATE.quotedEnd
      this.partIsEmpty = false
    }
    return undefined
  }
}
