// Reads the lists of one connection's requests. A browser mostly says the same again, but for the path; and to compare two lists,
// most of whose words V8 knows to be the same ones, costs a fraction of putting the text of a head together and reading that.
import type { Refusal } from '../h1/refusal.ts'
import { RequestFields } from './request-fields.ts'

/** Lines of up to so many bytes are kept. */
const MOST_KEPT = 2048
const NOTHING: readonly string[] = []

/** Mutable on purpose: one per connection, whose visitor's own words these are. */
export class FieldLists {
  private last: readonly string[] = NOTHING
  private fields: RequestFields | undefined

  /** Reads names and values in turns; what it gives may be another request's too. */
  read(list: readonly string[]): RequestFields | Refusal {
    if (this.fields !== undefined && this.isAgain(list, this.fields.pathAt)) {
      this.fields.share()
      return this.fields
    }
    const fields = new RequestFields()
    const refusal = fields.read(list)
    if (refusal !== undefined) return refusal
    this.keep(list, fields)
    return fields
  }

  /** Whether the list is the last one but for the path. */
  private isAgain(list: readonly string[], pathAt: number): boolean {
    const { last } = this
    if (list.length !== last.length) return false
    for (let index = 0; index < list.length; index++)
      if (list[index] !== last[index] && index !== pathAt) return false
    return true
  }

  private keep(list: readonly string[], fields: RequestFields): void {
    const isSmall = fields.lines.length <= MOST_KEPT
    this.last = isSmall ? list : NOTHING
    this.fields = isSmall ? fields : undefined
  }
}
