// A reader over a plain list of fields, for requests that didn't come from a socket.
import type { Field } from '../../src/http/edits.ts'
import type { FieldReader } from '../../src/http/facts.ts'

/** Finds fields by lower-case name, as the codec's heads do. */
export function fieldReader(fields: readonly Field[]): FieldReader {
  const all = (wanted: string): readonly string[] =>
    fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  return { all, first: name => all(name)[0] }
}
