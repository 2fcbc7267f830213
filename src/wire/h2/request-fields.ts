// What the list of a request says: its pseudo-headers one by one, all other fields as the lines of a head (RFC 9113 8.2, 8.3).
import { Head } from '../h1/head.ts'
import { malformed, NO_SUCH_METHOD, type Refusal } from '../h1/refusal.ts'
import { isAuthority } from '../h1/request-line.ts'
import { readLines } from './read-lines.ts'

/** What HTTP/1.1 couldn't say. */
export const BAD_FIELD: Refusal = malformed('a field that is none in HTTP/1.1')
const BAD_PSEUDO = malformed('pseudo-header fields other than one each of those that a request has')
const BAD_AUTHORITY = malformed('an :authority that is not a name or address with an optional port')
const NO_AUTHORITY = malformed('neither :authority nor exactly one Host')
const OTHER_HOST = malformed('a Host that contradicts :authority')
const UNKNOWN_PROTOCOL: Refusal = {
  status: 501,
  code: 'unsupported_protocol',
  detail: 'an extended CONNECT to something other than a WebSocket',
}

/** Mutable on purpose: filled once, by `read`, and the same from then on. */
export class RequestFields {
  /** An extended CONNECT is a GET: routes and origins needn't know the difference. */
  method = ''
  /** Where in the list the value of `:path` stands; -1 without one. */
  pathAt = -1
  scheme = ''
  authority = ''
  isConnect = false
  /** Host, the fields and the blank line behind them; nothing is checked of the fields yet. */
  lines = ''
  /** How many lines these are meant to be. */
  count = 1
  /** What the lines are as a head; undefined as long as only one has said so. Nobody may clear it. */
  shared: Head | undefined
  private isShared = false
  private protocol = ''
  private host: string | undefined
  private fields = ''
  private cookies = ''

  /** Reads names and values in turns. */
  read(list: readonly string[]): Refusal | undefined {
    const refusal = this.gather(list) ?? this.readMethod() ?? this.readAuthority()
    if (refusal !== undefined) return refusal
    const hasCookies = this.cookies !== ''
    const cookie = hasCookies ? `cookie: ${this.cookies}\r\n` : ''
    if (hasCookies) this.count++
    this.lines = `host: ${this.authority}\r\n${this.fields}${cookie}\r\n`
    this.fields = ''
    this.cookies = ''
    return undefined
  }

  /** Checks the lines while it reads them. */
  readInto(head: Head, maxHeaders: number): Refusal | undefined {
    const refusal = readLines(head, this.lines, 0, maxHeaders)
    if (refusal !== undefined) return refusal
    // Whatever held a line end has become more lines than there were fields, or has left some behind.
    return head.isExactly(this.count) ? undefined : BAD_FIELD
  }

  /** Has a head for all who say this, from the second one on: most say what nobody says again. */
  share(): void {
    if (this.isShared) return
    this.isShared = true
    const head = new Head()
    if (this.readInto(head, this.count) === undefined) this.shared = head
  }

  private gather(list: readonly string[]): Refusal | undefined {
    for (let index = 0; index < list.length; index += 2) {
      const name = list[index] ?? ''
      const value = list[index + 1] ?? ''
      if (name.charCodeAt(0) === 58) {
        if (!this.gatherPseudo(name, value, index + 1)) return BAD_PSEUDO
      } else if (name === 'cookie') {
        // Crumbs are one field again (RFC 9113 8.2.3).
        this.cookies += this.cookies === '' ? value : `; ${value}`
      } else if (name === 'host') {
        if (this.host !== undefined) return NO_AUTHORITY
        this.host = value
      } else {
        this.fields += `${name}: ${value}\r\n`
        this.count++
      }
    }
    return undefined
  }

  /** False for one that is repeated or unknown. */
  private gatherPseudo(name: string, value: string, at: number): boolean {
    switch (name) {
      case ':method':
        if (this.method !== '') return false
        this.method = value
        return true
      case ':path':
        if (this.pathAt >= 0) return false
        this.pathAt = at
        return true
      case ':scheme':
        if (this.scheme !== '') return false
        this.scheme = value
        return true
      case ':authority':
        if (this.authority !== '') return false
        this.authority = value
        return true
      case ':protocol':
        if (this.protocol !== '') return false
        this.protocol = value
        return true
      default:
        return false
    }
  }

  private readMethod(): Refusal | undefined {
    if (this.method === 'TRACE') return NO_SUCH_METHOD
    if (this.method !== 'CONNECT') return this.protocol === '' ? undefined : BAD_PSEUDO
    if (this.protocol === '') return NO_SUCH_METHOD
    if (this.protocol !== 'websocket') return UNKNOWN_PROTOCOL
    this.isConnect = true
    this.method = 'GET'
    return undefined
  }

  private readAuthority(): Refusal | undefined {
    const { host } = this
    if (this.authority === '') this.authority = host ?? ''
    if (this.authority === '') return NO_AUTHORITY
    if (!isAuthority(this.authority)) return BAD_AUTHORITY
    return host === undefined || host.toLowerCase() === this.authority.toLowerCase() ? undefined : OTHER_HOST
  }
}
