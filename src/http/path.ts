// Request paths: splitting a target, decoding for matching, and the classes of design engine, "Path security".
// Decoding happens once and only for matching: what goes to the origin is the raw path.

/**
 * `clean`; `encoded_separator`: has %2f or %5c, the matched route decides; `forbidden`: a dot segment, a raw backslash,
 * a NUL or control byte in any spelling, a broken escape: 400 whatever the route says.
 */
export type PathClass = 'clean' | 'encoded_separator' | 'forbidden'

export interface ReadPath {
  readonly decoded: string
  readonly class: PathClass
}

export interface SplitTarget {
  /** Raw, at least `/`. */
  readonly path: string
  /** With its `?`, or `''`. */
  readonly query: string
}

const SLASH = 0x2f
const BACKSLASH = 0x5c
const PERCENT = 0x25

/** Whatever needs a closer look; a hidden file (`/.well-known`) does too, which costs it some nanoseconds and nothing else. */
const SUSPICIOUS = /[\0-\x20%\\\x7f]|\/[/.]/
const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/

/** Splits path and query of a request target in origin-form (RFC 9112 3.2.1). */
export function splitTarget(target: string): SplitTarget {
  const at = target.indexOf('?')
  if (at < 0) return { path: target === '' ? '/' : target, query: '' }
  return { path: at === 0 ? '/' : target.slice(0, at), query: target.slice(at) }
}

/** Whether a raw path is its own decoded form; true for nearly every request, and allocates nothing. */
function isPlain(rawPath: string): boolean {
  return !SUSPICIOUS.test(rawPath)
}

/**
 * Reads a raw path, whose characters are bytes (latin1). An invalid escape (`%zz`, a trailing `%`) is forbidden, as in nginx:
 * origins disagree on what it means, so letting it pass would let them see another path than the one matched here.
 */
export function readPath(rawPath: string): ReadPath {
  if (isPlain(rawPath)) return { decoded: rawPath, class: 'clean' }
  const bytes = Buffer.allocUnsafe(rawPath.length)
  let length = 0
  let last = 0
  let isForbidden = false
  let hasSeparator = false
  for (let at = 0; at < rawPath.length; at++) {
    let code = rawPath.charCodeAt(at)
    if (code === BACKSLASH) isForbidden = true
    if (code === PERCENT) {
      code = escapedByte(rawPath, at)
      if (code < 0) {
        isForbidden = true
        code = PERCENT
      } else at += 2
      if (code === SLASH || code === BACKSLASH) {
        hasSeparator = true
        code = SLASH
      }
    }
    if (code < 0x20 || code === 0x7f) isForbidden = true
    if (code === SLASH && last === SLASH) continue
    bytes[length++] = code
    last = code
  }
  const decoded = bytes.toString('latin1', 0, length)
  if (isForbidden || DOT_SEGMENT.test(decoded)) return { decoded, class: 'forbidden' }
  return { decoded, class: hasSeparator ? 'encoded_separator' : 'clean' }
}

/** The byte that the escape at a `%` stands for, or -1 when it isn't one (RFC 3986 2.1). */
export function escapedByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at + 1))
  const low = hexDigit(text.charCodeAt(at + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Written text as the bytes that requests carry: UTF-8, shown as latin1. */
export function writtenBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A path of the config in the form that decoded request paths have. */
export function pathBytes(written: string): string {
  return writtenBytes(written).replace(/\/{2,}/g, '/')
}
