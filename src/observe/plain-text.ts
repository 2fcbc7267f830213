// What others wrote (visitors, files, systems), made harmless for a terminal and for a log of lines.

// DEL and C1 are control bytes to a terminal (U+009B starts an escape sequence), U+2028 and U+2029 end a line for some readers.
const HIDDEN = /[\x7f-\x9f\u2028\u2029]/g
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** Whether a character, by its code, is one of `PLAIN`: it can stand in a JSON string as it is. */
export function isPlain(code: number): boolean {
  return code >= 0x20 && code <= 0x7e && code !== 0x22 && code !== 0x5c
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** JSON with every control character escaped, also those that JSON itself would let through. */
export function harmlessJson(json: string): string {
  return json.replace(HIDDEN, escaped)
}

/** What stands between the quotes of a JSON string of pure ASCII; latin1 bytes show as `\u00e9`. */
export function quotable(text: string): string {
  if (PLAIN.test(text)) return text
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, escaped)
}

/** A JSON string of pure ASCII. */
export function quoted(text: string): string {
  return `"${quotable(text)}"`
}

/** Text for a line that people read: control characters are escaped, the rest stays. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, escaped)
}
