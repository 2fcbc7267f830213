// The trailer section behind the last chunk (RFC 9112 7.1.2), with the fields that must not stand there.
import { Head } from './head.ts'
import { HeadBytes } from './head-bytes.ts'
import { malformed, type Refusal } from './refusal.ts'

const CR = 13
const LF = 10
const TOO_LARGE: Refusal = {
  status: 431,
  code: 'headers_too_large',
  detail: 'trailers past the limits for a head',
}
const HOPELESS = malformed('a bare CR or LF, a NUL, or a line without a name in the trailers')
const FORBIDDEN = malformed('a trailer that frames, routes, authenticates or controls (RFC 9110 6.5.1)')

const FORBIDDEN_NAMES: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'expires',
  'forwarded',
  'host',
  'keep-alive',
  'location',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'via',
  'www-authenticate',
  'x-real-ip',
  'x-request-id',
])

/** In whatever case, and with `_` for `-`, which some programs take for the same name. */
function isForbidden(written: string): boolean {
  const name = written.toLowerCase().replaceAll('_', '-')
  return FORBIDDEN_NAMES.has(name) || name.startsWith('x-forwarded-')
}

/** Mutable on purpose: made once for a connection that sees trailers, then reused. */
export class TrailerReader {
  readonly head: Head = new Head()
  refusal: Refusal | undefined
  isDone = false
  private readonly bytes = new HeadBytes()
  /** The CR of the blank line that stands in place of trailers. */
  private hasBlankCr = false
  private maxBytes = 0
  private maxFields = 0

  begin(maxBytes: number, maxFields: number): void {
    this.hasBlankCr = false
    this.isDone = false
    this.refusal = undefined
    this.maxBytes = maxBytes
    this.maxFields = maxFields
  }

  /** Reads bytes[from, …) up to the blank line; returns the position behind what it used. */
  read(bytes: Buffer, from: number): number {
    // Most bodies have no trailers: the blank line comes at once.
    if (this.hasBlankCr || (this.bytes.pending === 0 && bytes[from] === CR))
      return this.readBlankLine(bytes, from)
    const at = this.bytes.take(bytes, from, this.maxBytes)
    const bad = at === -2 ? TOO_LARGE : at === -1 ? undefined : this.readText(this.bytes)
    if ((at === -1 || bad === TOO_LARGE) && this.bytes.isHopeless) this.refusal = HOPELESS
    else this.refusal = bad
    this.isDone = at >= 0 && this.refusal === undefined
    if (at !== -1) this.bytes.clear()
    return at < 0 ? bytes.length : at
  }

  private readBlankLine(bytes: Buffer, from: number): number {
    let at = from
    if (!this.hasBlankCr) {
      this.hasBlankCr = true
      if (++at === bytes.length) return at
    }
    if (bytes[at] === LF) {
      this.head.clear()
      this.isDone = true
    } else {
      this.refusal = HOPELESS
    }
    return at + 1
  }

  private readText({ text, source, start }: HeadBytes): Refusal | undefined {
    const bad = this.head.readFields(text, source, start, 0, this.maxFields)
    if (bad !== undefined) return bad.status === 431 ? TOO_LARGE : bad
    return trailerRefusal(this.head)
  }
}

/** Why a trailer section isn't taken: one of its fields must not stand there. */
export function trailerRefusal(head: Head): Refusal | undefined {
  for (let index = 0; index < head.count; index++) if (isForbidden(head.name(index))) return FORBIDDEN
  return undefined
}
