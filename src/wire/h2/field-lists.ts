// Reads the lists of one connection's requests. A browser mostly says the same again, but for the path: one thing for pictures, another
// for scripts. To compare lists, most of whose words V8 knows to be the same ones, costs a fraction of putting the text of a head
// together and reading that.
import type { Refusal } from '../h1/refusal.ts'
import { RequestFields } from './request-fields.ts'

/** Lists that are kept, of up to so many bytes besides the path, which isn't kept. */
const MOST = 4
const LONGEST = 2048

interface Known {
  readonly list: readonly string[]
  readonly fields: RequestFields
}

/** Mutable on purpose: one per connection, whose visitor's own words these are. */
export class FieldLists {
  private readonly known: Known[] = []
  /** Which is given up next. */
  private oldest = 0

  /** Reads names and values in turns; what it gives may be another request's too. */
  read(list: readonly string[]): RequestFields | Refusal {
    for (const one of this.known) {
      if (!isAgain(list, one)) continue
      one.fields.share()
      return one.fields
    }
    const fields = new RequestFields()
    const refusal = fields.read(list)
    if (refusal !== undefined) return refusal
    this.keep(list, fields)
    return fields
  }

  private keep(list: readonly string[], fields: RequestFields): void {
    // What a visitor may make long stands in these three, and in the path.
    if (fields.lines.length + fields.method.length + fields.scheme.length > LONGEST) return
    const known = list.map((word, index) => (index === fields.pathAt ? '' : word))
    this.known[this.oldest] = { list: known, fields }
    this.oldest = (this.oldest + 1) % MOST
  }
}

/** Whether a list is this one but for the path. */
function isAgain(list: readonly string[], { list: known, fields: { pathAt } }: Known): boolean {
  if (list.length !== known.length) return false
  for (let index = 0; index < list.length; index++)
    if (list[index] !== known[index] && index !== pathAt) return false
  return true
}
