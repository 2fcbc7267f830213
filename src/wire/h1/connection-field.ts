// What a Connection field asks for (RFC 9110 7.6.1), and the names it nominates for removal. Who may ask for what is not decided here.
import type { Nominations } from '../../http/request-policy.ts'
import { isToken, withoutBlanks } from './grammar.ts'
import type { Head } from './head.ts'
import { FIELD } from './names.ts'

const NONE: ReadonlySet<string> = new Set()

/** No policy allows a visitor more words; names behind them needn't be kept. */
export const MOST_WORDS = 64

/** Mutable on purpose: one per connection, refilled for every message. */
export class ConnectionField implements Nominations {
  close = false
  keepAlive = false
  upgrade = false
  words = 0
  isMalformed = false
  namesPseudo = false
  /** Lower-case names of fields to remove, without the options above. */
  nominated: ReadonlySet<string> = NONE

  /** Reads all Connection lines of a head; of the names, those among the first `most` words. */
  read(head: Head, most: number = Number.POSITIVE_INFINITY): void {
    this.close = false
    this.keepAlive = false
    this.upgrade = false
    this.words = 0
    this.isMalformed = false
    this.namesPseudo = false
    this.nominated = NONE
    const count = head.counts[FIELD.connection] ?? 0
    if (count === 0) return
    const first = head.known(FIELD.connection) ?? ''
    // What nearly every message says, without a list being made.
    if (count === 1 && first === 'keep-alive') {
      this.keepAlive = true
      this.words = 1
    } else if (count === 1 && first === 'close') {
      this.close = true
      this.words = 1
    } else this.readWords(head.allKnown(FIELD.connection).join(','), most)
  }

  private readWords(list: string, most: number): void {
    const nominated = new Set<string>()
    for (const part of list.split(',')) {
      const word = withoutBlanks(part).toLowerCase()
      if (word === '') continue
      this.words++
      if (word === 'close') this.close = true
      else if (word === 'keep-alive') this.keepAlive = true
      else if (word === 'upgrade') this.upgrade = true
      else if (!isToken(word)) {
        this.isMalformed = true
        this.namesPseudo ||= word.startsWith(':')
      } else if (this.words <= most) nominated.add(word)
    }
    if (nominated.size > 0) this.nominated = nominated
  }
}
