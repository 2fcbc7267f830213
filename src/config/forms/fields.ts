// Names and values of HTTP fields (RFC 9110 section 5).
import type { Form } from './form.ts'

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const VALUE = /^[\x20-\x7E\t]*$/
const LONGEST = 8192

/** Framing is ours alone, and hop-by-hop fields end here (RFC 9110 section 7.6.1). */
const NEVER: ReadonlySet<string> = new Set([
  'connection',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'proxy-connection',
])

/** A field name that a config may write. */
export const headerNameForm: Form = (text, shown) => {
  if (!TOKEN.test(text) || text === '__proto__')
    return { code: 'header/name', message: `${shown} is not a header name` }
  if (!NEVER.has(text.toLowerCase())) return undefined
  return {
    code: 'header/forbidden',
    message: `${shown} is about the connection and its framing, which are ours alone`,
  }
}

/** What Connection says of itself, which nominates nothing. */
const OPTIONS: ReadonlySet<string> = new Set(['close', 'keep-alive', 'upgrade'])

/** A field name that Connection must not nominate. */
export const protectedHeaderForm: Form = (text, shown) => {
  if (/^[+-]/.test(text)) {
    const help = 'the list replaces the default one: write all of it'
    return { code: 'header/name', message: `${shown} is not a header name`, help }
  }
  if (!TOKEN.test(text) || text === '__proto__')
    return { code: 'header/name', message: `${shown} is not a header name` }
  if (!OPTIONS.has(text.toLowerCase())) return undefined
  return { code: 'header/forbidden', message: `${shown} is an option of Connection and nominates nothing` }
}

/** A field value: visible ASCII, spaces and tabs inside. */
export const headerValueForm: Form = (text, shown) => {
  if (!VALUE.test(text))
    return { code: 'header/value', message: `${shown} holds a character that a header can't carry` }
  if (text.trim() !== text) return { code: 'header/value', message: `${shown} starts or ends with a space` }
  if (text.length <= LONGEST) return undefined
  return { code: 'header/value', message: `at most ${LONGEST} characters, not ${text.length}` }
}

/** A media type (RFC 9110 section 8.3.1). */
export const contentTypeForm: Form = (text, shown) =>
  headerValueForm(text, shown) ??
  (/^[^\s/;]+\/[^\s/;]+\s*(;.*)?$/.test(text)
    ? undefined
    : { code: 'header/value', message: `${shown} is not a media type, like text/html; charset=utf-8` })
