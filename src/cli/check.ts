// What validate and explain begin with: the file, loaded and compiled as a server would, offline.
import type { Diagnostic, Place } from '../base/diagnostic.ts'
import type { Pointer } from '../base/pointer.ts'
import { load } from '../config/load.ts'
import type { Loaded, LoadRequest } from '../config/loaded.ts'
import { compile } from '../snapshot/compile.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

export interface Checked {
  readonly loaded: Loaded
  /** undefined when there is an error among the findings. */
  readonly snapshot: Snapshot | undefined
  /** With their places, sorted. */
  readonly diagnostics: readonly Diagnostic[]
}

export function check(request: LoadRequest): Checked {
  const loaded = load(request)
  const { outcome } = loaded
  if (!outcome.ok) return { loaded, snapshot: undefined, diagnostics: loaded.locate(outcome.diagnostics) }
  const compiled = compile(outcome.value)
  const diagnostics = loaded.locate([...outcome.diagnostics, ...compiled.diagnostics])
  return { loaded, snapshot: compiled.ok ? compiled.value : undefined, diagnostics }
}

/** Where things are written, by their pointers; what has no place is left out. */
export function placesOf(loaded: Loaded, pointers: Iterable<Pointer>): ReadonlyMap<Pointer, Place> {
  const asked = [...new Set(pointers)].map(
    (at): Diagnostic => ({ code: 'yaml/syntax', severity: 'note', message: '', at, on: 'key' }),
  )
  return new Map(loaded.locate(asked).flatMap(({ at, place }) => (place === undefined ? [] : [[at, place]])))
}
