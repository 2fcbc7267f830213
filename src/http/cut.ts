// Cutting a decoded prefix from a raw path, by whole segments: the two are walked side by side, so that no byte of what
// is left is decoded, encoded or moved.
import { escapedByte } from './path.ts'

const SLASH = 0x2f
const BACKSLASH = 0x5c
const PERCENT = 0x25

/** Separators at the start of a path, in any spelling: all of them mean one `/` to the router, and `//host` to a browser. */
const LEADING_SEPARATORS = /^(?:[/\\]|%2f|%5c)+/i

/** The path with its leading separators, raw or encoded, as one `/`. */
export function withOneSlash(rawPath: string): string {
  return `/${rawPath.replace(LEADING_SEPARATORS, '')}`
}

/**
 * What follows a prefix (written decoded, latin1 bytes) in a raw path: `''` when nothing does, else it starts with the raw
 * separator; undefined when the path isn't below the prefix. Separators count as `readPath` counts them.
 */
export function cutPrefix(rawPath: string, prefix: string): string | undefined {
  const wanted = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  const end = walkTo(rawPath, wanted)
  if (end === undefined) return undefined
  const rest = rawPath.slice(end)
  if (rest === '') return wanted === prefix ? '' : undefined
  return LEADING_SEPARATORS.test(rest) ? rest : undefined
}

/** Where the raw spelling of `wanted` ends; runs of separators count once. */
function walkTo(rawPath: string, wanted: string): number | undefined {
  let at = 0
  let matched = 0
  let last = 0
  while (matched < wanted.length) {
    if (at >= rawPath.length) return undefined
    let code = rawPath.charCodeAt(at)
    let width = 1
    if (code === PERCENT) {
      const byte = escapedByte(rawPath, at)
      if (byte >= 0) {
        code = byte
        width = 3
      }
    }
    if (code === BACKSLASH) code = SLASH
    at += width
    if (code === SLASH && last === SLASH) continue
    last = code
    if (code !== wanted.charCodeAt(matched)) return undefined
    matched++
  }
  return at
}
