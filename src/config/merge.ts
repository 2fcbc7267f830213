// Included files poured into the main one: id maps only, and no id twice.
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Pointer, pointer } from '../base/pointer.ts'
import type { Document } from './document.ts'
import { COLLECTIONS, type Collection } from './loaded.ts'
import { put } from './tree.ts'
import { isMap, type Values, valuesOf } from './values.ts'

export interface Merge {
  /** Pours in an included document. */
  add(document: Document): void
  readonly value: Values
  /** The included document that holds an object, by the object's pointer. */
  readonly origins: ReadonlyMap<Pointer, Document>
}

/** A merge that starts with the main document. */
export function openMerge(main: Document, tell: (diagnostic: Diagnostic) => void): Merge {
  const value: Record<string, unknown> = { ...valuesOf(main.value) }
  const origins = new Map<Pointer, Document>()
  const own = new Map<Collection, Values>()

  function target(collection: Collection): Values {
    const known = own.get(collection)
    if (known !== undefined) return known
    const copy = {}
    for (const [id, member] of Object.entries(valuesOf(value[collection]))) put(copy, id, member)
    value[collection] = copy
    own.set(collection, copy)
    return copy
  }

  function pour(document: Document, collection: Collection, members: Values): void {
    const all = target(collection)
    for (const [id, member] of Object.entries(members)) {
      const at = pointer(collection, id)
      if (!Object.hasOwn(all, id)) {
        put(all, id, member)
        origins.set(at, document)
        continue
      }
      const first = (origins.get(at) ?? main).locate(at, 'key')
      tell({
        code: 'include/duplicate-id',
        severity: 'error',
        message: `the id "${id}" stands in two files`,
        at,
        on: 'key',
        place: document.locate(at, 'key'),
        related: [{ at, on: 'key', message: 'first written here', place: first }],
      })
    }
  }

  function refuse(document: Document, key: string, message: string): void {
    const at = key === '' ? '' : pointer(key)
    const help = `an included file holds ${COLLECTIONS.join(', ')}; settings stand in the main file`
    const place = document.locate(at, 'key')
    tell({ code: 'include/setting', severity: 'error', message, at, on: 'key', place, help })
  }

  function add(document: Document): void {
    const { value: poured } = document
    if (poured !== null && !isMap(poured)) refuse(document, '', 'an included file is a map')
    for (const [key, members] of Object.entries(valuesOf(poured))) {
      const collection = COLLECTIONS.find(name => name === key)
      if (collection === undefined) refuse(document, key, `"${key}" can't stand in an included file`)
      else if (members !== null && !isMap(members))
        refuse(document, key, `"${key}" is a map from id to object`)
      else pour(document, collection, valuesOf(members))
    }
  }

  return { add, value, origins }
}
