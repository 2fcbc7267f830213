// Character classes of RFC 9110 5.6.2 and RFC 9112, as tables: one lookup a byte.

function table(fill: (code: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => fill(code))
}

const TCHAR = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/

/** A token character's lower case, 0 for anything else (RFC 9110 5.6.2). */
export const LOWER_TOKEN: Uint8Array = table(code => {
  const char = String.fromCharCode(code)
  return TCHAR.test(char) ? char.toLowerCase().charCodeAt(0) : 0
})

/** The same with `-` for `_`: programs of the CGI family read both as one name. */
export const FOLDED_TOKEN: Uint8Array = LOWER_TOKEN.map(lower => (lower === 95 ? 45 : lower))

/** 1 for what a field value may hold: tab, space, VCHAR, obs-text (RFC 9110 5.5). */
export const VALUE_CHAR: Uint8Array = table(code => (code === 9 || (code >= 32 && code !== 127) ? 1 : 0))

/**
 * 1 for what a request target may hold. Wider than RFC 3986 by the bytes that browsers do send raw (`|`, `{`, `"`, UTF-8), which
 * no two parsers read differently; controls, space, DEL and `#` are refused.
 */
export const TARGET_CHAR: Uint8Array = table(code => (code > 32 && code !== 127 && code !== 0x23 ? 1 : 0))

/** A hex digit's value, 255 for anything else. */
export const HEX: Uint8Array = table(code => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

/** Whether a text is a token. */
export function isToken(text: string): boolean {
  if (text === '') return false
  for (let index = 0; index < text.length; index++) {
    if ((LOWER_TOKEN[text.charCodeAt(index)] ?? 0) === 0) return false
  }
  return true
}

/** `trim` would take more than the optional white space of RFC 9110 5.6.3: a no-break space is part of a word. */
export function withoutBlanks(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && (text[from] === ' ' || text[from] === '\t')) from++
  while (to > from && (text[to - 1] === ' ' || text[to - 1] === '\t')) to--
  return text.slice(from, to)
}
