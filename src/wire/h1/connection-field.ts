// What a Connection field asks for (RFC 9110 7.6.1), and the names it nominates for removal.
import { isToken, withoutBlanks } from './grammar.ts'
import type { Head } from './head.ts'
import { FIELD } from './names.ts'
import { malformed, type Refusal } from './refusal.ts'

/** Pingora's limit: a tenth token refuses the request. */
const MAX_TOKENS = 9
const TOO_MANY = malformed('more than nine tokens in Connection')
const NOT_A_TOKEN = malformed('a Connection option that is not a token')
const PROTECTED = malformed('Connection nominates a field that a visitor must not remove')

/** Fields whose removal would change who the visitor is or where the request goes. */
const PROTECTED_NAMES: ReadonlySet<string> = new Set([
  'host',
  'forwarded',
  'via',
  'x-real-ip',
  'authorization',
  'cookie',
])

function isProtected(lowerName: string): boolean {
  return PROTECTED_NAMES.has(lowerName) || lowerName.startsWith('x-forwarded-')
}

const NONE: ReadonlySet<string> = new Set()

/** Mutable on purpose: one per connection, refilled for every message. */
export class ConnectionField {
  close = false
  keepAlive = false
  upgrade = false
  /** Lower-case names of fields to remove, without the options above. */
  nominated: ReadonlySet<string> = NONE

  /** Reads all Connection lines of a head. `strict` refuses what a visitor must not ask for; origins are read leniently. */
  read(head: Head, strict: boolean): Refusal | undefined {
    this.close = false
    this.keepAlive = false
    this.upgrade = false
    this.nominated = NONE
    const count = head.counts[FIELD.connection] ?? 0
    if (count === 0) return undefined
    const first = head.known(FIELD.connection) ?? ''
    // What nearly every message says, without a list being made.
    if (count === 1 && first === 'keep-alive') {
      this.keepAlive = true
      return undefined
    }
    if (count === 1 && first === 'close') {
      this.close = true
      return undefined
    }
    return this.readTokens(head.allKnown(FIELD.connection).join(','), strict)
  }

  private readTokens(list: string, strict: boolean): Refusal | undefined {
    const nominated = new Set<string>()
    let tokens = 0
    for (const part of list.split(',')) {
      const token = withoutBlanks(part).toLowerCase()
      if (token === '') continue
      tokens++
      if (strict && tokens > MAX_TOKENS) return TOO_MANY
      if (!isToken(token)) {
        if (strict) return NOT_A_TOKEN
        continue
      }
      if (strict && isProtected(token)) return PROTECTED
      if (token === 'close') this.close = true
      else if (token === 'keep-alive') this.keepAlive = true
      else if (token === 'upgrade') this.upgrade = true
      else nominated.add(token)
    }
    if (nominated.size > 0) this.nominated = nominated
    return undefined
  }
}
