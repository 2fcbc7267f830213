// Credentials that travel in URLs: which keys hold one, and how their values are hidden. Nothing else of a URL changes by a byte.

const HIDDEN = '[redacted]'

/** Keys that hold a credential when they stand alone, whatever their case, dots, hyphens and underscores. */
const WHOLE = new Set([
  'auth',
  'authorization',
  'code',
  'jwt',
  'key',
  'otp',
  'pass',
  'passphrase',
  'pwd',
  'session',
  'sid',
  'sig',
  'samlresponse',
])

/** Parts that make any key a credential's: access_token, X-Amz-Signature, client_secret, PHPSESSID. */
const PART =
  /token|secret|passw|passwd|signature|credential|apikey|accesskey|privatekey|authkey|sharedkey|sessionid|sessid|sessionkey|clientassertion/

// Most queries hold none of this and are let through by one look; an escaped key could hide anything.
const WORTH_READING = /%|token|secret|pass|pwd|sig|cred|key|auth|code|jwt|otp|sess|sid|saml|assertion/i

function decoded(key: string): string {
  if (!key.includes('%')) return key
  return key.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Whether a parameter of this name is taken for a credential. */
export function isCredential(key: string): boolean {
  const bare = decoded(key)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return WHOLE.has(bare) || PART.test(bare)
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=')
  if (equals < 1 || equals === pair.length - 1 || !isCredential(pair.slice(0, equals))) return pair
  return pair.slice(0, equals + 1) + HIDDEN
}

function mayHoldCredentials(text: string): boolean {
  return text.includes('=') && WORTH_READING.test(text)
}

/** A query, with or without its `?`, whose credentials read `[redacted]`. */
export function redactQuery(query: string): string {
  if (!mayHoldCredentials(query)) return query
  const mark = query.startsWith('?') ? '?' : ''
  return mark + query.slice(mark.length).split('&').map(redactPair).join('&')
}

/** A path whose parameters (`;jsessionid=...`) are redacted likewise. */
export function redactPath(path: string): string {
  if (!path.includes(';')) return path
  return path
    .split('/')
    .map(segment => segment.split(';').map(redactPair).join(';'))
    .join('/')
}

/** A request target or a URL: user information, path parameters, query and fragment redacted. */
export function redactUrl(url: string): string {
  if (!url.includes('@') && !url.includes(';') && !mayHoldCredentials(url)) return url
  const hash = url.indexOf('#')
  const end = hash < 0 ? url.length : hash
  const mark = url.indexOf('?')
  const pathEnd = mark < 0 || mark > end ? end : mark
  const path = withoutUser(url.slice(0, pathEnd))
  const query = redactQuery(url.slice(pathEnd, end))
  const fragment = hash < 0 ? '' : `#${redactQuery(url.slice(hash + 1))}`
  return redactPath(path) + query + fragment
}

/** `http://user:password@host/` without what stands before the `@`; also for a bare authority. */
export function withoutUser(url: string): string {
  const slashes = url.indexOf('//')
  const start = url.startsWith('/') ? -1 : slashes < 0 ? 0 : slashes + 2
  if (start < 0) return url
  const slash = url.indexOf('/', start)
  const at = url.lastIndexOf('@', slash < 0 ? url.length : slash)
  return at < start ? url : `${url.slice(0, start)}${HIDDEN}${url.slice(at)}`
}
