// Cookies in a request (RFC 6265 4.2): pairs between semicolons, in one field or, over HTTP/2, in several.
import type { FieldReader } from './facts.ts'

/** The value of the first cookie of a name, as sent; undefined without one. */
export function cookieOf(fields: FieldReader, name: string): string | undefined {
  for (const value of fields.all('cookie')) {
    const found = cookieIn(value, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** A Cookie field without the cookies of these names; the others stay byte for byte. `''` when none is left. */
export function withoutCookies(field: string, names: readonly string[]): string {
  if (!names.some(name => field.includes(name))) return field
  const pairs = field.split(';')
  const kept = pairs.filter(pair => !names.some(name => isOf(pair.trim(), name)))
  return kept.length === pairs.length ? field : kept.join(';').trim()
}

function isOf(pair: string, name: string): boolean {
  return pair.startsWith(name) && pair.charAt(name.length) === '='
}

function cookieIn(field: string, name: string): string | undefined {
  for (let from = 0; from < field.length; ) {
    const semicolon = field.indexOf(';', from)
    const to = semicolon < 0 ? field.length : semicolon
    const pair = field.slice(from, to).trim()
    if (isOf(pair, name)) return pair.slice(name.length + 1)
    from = to + 1
  }
  return undefined
}
