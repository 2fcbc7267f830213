// The path on its way to the origin: a prefix cut off, a prefix put in front (design config, `rewrite`).
import { cutPrefix, withOneSlash } from './cut.ts'
import { urlBytes } from './url-bytes.ts'

/** Prefixes are latin1 bytes, decoded, the longest first. `addPrefix` is written ready for the wire, without a `/` at its end. */
export interface Rewrite {
  readonly stripPrefixes: readonly string[]
  readonly addPrefix: string
}

export interface RewrittenPath {
  readonly path: string
  /** What X-Forwarded-Prefix tells the origin; `''` when nothing was cut. */
  readonly removedPrefix: string
}

/**
 * Cuts the longest prefix that fits, never below `/`, and puts `addPrefix` in front. After a cut one `/` leads, whatever run of
 * separators stood there: else `/api//evil.example` would reach the origin as `//evil.example`, and come back as a redirect.
 */
export function rewritePath(rawPath: string, rewrite: Rewrite): RewrittenPath {
  for (const prefix of rewrite.stripPrefixes) {
    const rest = cutPrefix(rawPath, prefix)
    if (rest === undefined) continue
    const removedPrefix = urlBytes(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
    return { path: rewrite.addPrefix + withOneSlash(rest), removedPrefix }
  }
  return { path: rewrite.addPrefix + rawPath, removedPrefix: '' }
}
