// What a request may be hashed on.
import { nearest } from '../../base/suggest.ts'
import { headerNameForm } from './fields.ts'
import type { Form } from './form.ts'

const WORDS = ['none', 'client_ip', 'host', 'path', 'uri']
const NAMED = ['header', 'cookie', 'query']
/** A cookie's name is a token (RFC 6265 4.1.1). */
const COOKIE = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

/** The name of a cookie. */
export const cookieNameForm: Form = (text, shown) =>
  COOKIE.test(text)
    ? undefined
    : { code: 'upstream/cookie-name', message: `${shown} is not the name of a cookie` }

/** A word of `hash_on`: `client_ip`, `header:X-User`. */
export const hashKeyForm: Form = (text, shown) => {
  const colon = text.indexOf(':')
  if (colon < 0 && WORDS.includes(text)) return undefined
  const kind = text.slice(0, Math.max(colon, 0))
  if (!NAMED.includes(kind)) {
    const word = text.toLowerCase()
    const near = /^(client_?)?ip(_?addr(ess)?)?$|^remote_addr$/.test(word)
      ? 'client_ip'
      : nearest(word, [...WORDS, ...NAMED.map(one => `${one}:NAME`)])
    const help =
      near === undefined
        ? `write one of ${WORDS.join(', ')}, header:NAME, cookie:NAME, query:NAME`
        : `write ${near}`
    return { code: 'upstream/hash-key', message: `${shown} is nothing to hash on`, help }
  }
  const name = text.slice(colon + 1)
  if (kind === 'header') return headerNameForm(name, JSON.stringify(name))
  if (kind === 'cookie' ? COOKIE.test(name) : /^[^\s&=#]+$/.test(name)) return undefined
  return {
    code: 'upstream/hash-key',
    message: `${shown} has no name of a ${kind === 'cookie' ? 'cookie' : 'value in the query'}`,
  }
}
