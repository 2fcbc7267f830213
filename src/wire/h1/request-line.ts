// The request line (RFC 9112 3) and the authority it belongs to.
import { isIPv6 } from 'node:net'
import { LOWER_TOKEN, TARGET_CHAR } from './grammar.ts'
import type { Head } from './head.ts'
import { FIELD } from './names.ts'
import { malformed, type Refusal, UNKNOWN_VERSION, URI_TOO_LONG } from './refusal.ts'

const SP = 32
const BAD_LINE = malformed('a request line that is not method, target and version')
const BAD_TARGET = malformed(
  'a target that is neither a path, a URL of a scheme that is spoken, nor `*` with OPTIONS',
)
const BAD_HOST = malformed('a Host that is not a name or address with an optional port')
const NO_HOST = malformed('HTTP/1.1 without exactly one Host')
const OTHER_HOST = malformed('a Host that contradicts the target')

const VERSION = /^HTTP\/\d\.\d\r\n/
const ABSOLUTE = {
  http: /^http:\/\/([^/?]*)([/?].*)?$/i,
  // A proxy in front may repeat what was said to it, in plain text; what is secure isn't made less so.
  https: /^https?:\/\/([^/?]*)([/?].*)?$/i,
} as const
/** reg-name without the characters that mean something to a list, a path or an escape; or an IP literal; then a port. */
const AUTHORITY = /^(?:[A-Za-z0-9._~!$&'()*+=-]+|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{0,5}))?$/

/** Whether a text may stand in Host (RFC 9110 7.2); userinfo, several ports and escapes are out. */
export function isAuthority(text: string): boolean {
  const parts = AUTHORITY.exec(text)
  if (parts === null || Number(parts[1] ?? 0) > 65_535) return false
  return !text.startsWith('[') || isIPv6(text.slice(1, text.indexOf(']')))
}

/** The method of a line: the few that nearly all requests have aren't made anew, and so are found in sets without a hash. */
function methodOf(text: string, length: number): string {
  if (length === 3 && text.startsWith('GET')) return 'GET'
  if (length === 4 && text.startsWith('POST')) return 'POST'
  if (length === 4 && text.startsWith('HEAD')) return 'HEAD'
  return text.slice(0, length)
}

/** Mutable on purpose: one per connection, refilled for every request. */
export class RequestLine {
  method = ''
  /** As sent. */
  target = ''
  isHttp10 = false
  /** The path and query of the target; `*` for OPTIONS *. */
  pathAndQuery = ''
  /** Of an absolute target, else undefined. */
  targetAuthority: string | undefined
  /** Where the first field line starts. */
  end = 0
  /** What the visitor speaks: an absolute target of https is not for a listener in plain text. */
  scheme: 'http' | 'https'

  constructor(scheme: 'http' | 'https' = 'http') {
    this.scheme = scheme
  }

  /** Reads the line at the start of a text that ends in a blank line. */
  read(text: string, maxTarget: number): Refusal | undefined {
    let at = 0
    while (LOWER_TOKEN[text.charCodeAt(at)]) at++
    if (at === 0 || text.charCodeAt(at) !== SP) return BAD_LINE
    this.method = methodOf(text, at)
    const start = ++at
    while (TARGET_CHAR[text.charCodeAt(at)] === 1) at++
    if (at - start > maxTarget) return URI_TOO_LONG
    if (at === start || text.charCodeAt(at) !== SP) return BAD_LINE
    this.target = text.slice(start, at)
    at++
    if (text.startsWith('HTTP/1.1\r\n', at)) this.isHttp10 = false
    else if (text.startsWith('HTTP/1.0\r\n', at)) this.isHttp10 = true
    else return VERSION.test(text.slice(at, at + 10)) ? UNKNOWN_VERSION : BAD_LINE
    this.end = at + 10
    return this.readTarget()
  }

  /** Lets go of the text that these are slices of. */
  clear(): void {
    this.method = ''
    this.target = ''
    this.pathAndQuery = ''
    this.targetAuthority = undefined
  }

  private readTarget(): Refusal | undefined {
    this.targetAuthority = undefined
    this.pathAndQuery = this.target
    if (this.target.charCodeAt(0) === 47) return undefined
    // CONNECT is refused for its method (405), not for its authority-form target.
    if (this.method === 'CONNECT') return undefined
    if (this.target === '*') return this.method === 'OPTIONS' ? undefined : BAD_TARGET
    const parts = ABSOLUTE[this.scheme].exec(this.target)
    if (parts === null) return BAD_TARGET
    if (!isAuthority(parts[1] ?? '')) return BAD_HOST
    this.targetAuthority = parts[1]
    const rest = parts[2] ?? '/'
    this.pathAndQuery = rest.startsWith('?') ? `/${rest}` : rest
    return undefined
  }
}

/**
 * The authority a request is for (RFC 9112 3.2): the absolute target's, which must not contradict Host, else Host;
 * `''` for HTTP/1.0 without Host. `known` is an authority that this connection already proved good.
 */
export function readAuthority(line: RequestLine, head: Head, known: string): string | Refusal {
  const hosts = head.counts[FIELD.host] ?? 0
  if (hosts > 1 || (hosts === 0 && !line.isHttp10)) return NO_HOST
  const host = head.known(FIELD.host)
  if (host !== undefined && (host === '' || (host !== known && !isAuthority(host)))) return BAD_HOST
  if (line.targetAuthority === undefined) return host ?? ''
  if (host !== undefined && host.toLowerCase() !== line.targetAuthority.toLowerCase()) return OTHER_HOST
  return line.targetAuthority
}
