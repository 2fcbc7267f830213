// The status line of an origin's response (RFC 9112 4).
import { VALUE_CHAR } from './grammar.ts'
import { malformed, type Refusal } from './refusal.ts'

const BAD_STATUS_LINE = malformed('a status line that is not HTTP/1.x, three digits 100 to 599 and a reason')

/** Mutable on purpose: one per connection, refilled for every response. */
export class StatusLine {
  status = 0
  /** May be empty. */
  reason = ''
  isHttp10 = false
  /** Where the first field line starts. */
  end = 0

  /** Reads the line at the start of a text that ends in a blank line. */
  read(text: string): Refusal | undefined {
    if (text.startsWith('HTTP/1.1 ')) this.isHttp10 = false
    else if (text.startsWith('HTTP/1.0 ')) this.isHttp10 = true
    else return BAD_STATUS_LINE
    const a = text.charCodeAt(9) - 48
    const b = text.charCodeAt(10) - 48
    const c = text.charCodeAt(11) - 48
    if (!(a >= 1 && a <= 5 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return BAD_STATUS_LINE
    this.status = a * 100 + b * 10 + c
    let at = 12
    if (text.charCodeAt(at) === 32) {
      do at++
      while (VALUE_CHAR[text.charCodeAt(at)] === 1)
      this.reason = text.slice(13, at)
    } else {
      this.reason = ''
    }
    if (text.charCodeAt(at) !== 13 || text.charCodeAt(at + 1) !== 10) return BAD_STATUS_LINE
    this.end = at + 2
    return undefined
  }
}
