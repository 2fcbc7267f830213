// A diagnostic ready for a person: its place is filled in, and the lines of that place are at hand.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Loaded } from '../config/loaded.ts'

export interface Finding {
  readonly diagnostic: Diagnostic
  /** The lines of its place; undefined when it has none. */
  readonly frame: string | undefined
}

/** More than anybody reads; a config of 100,000 routes can have a warning for each. */
const MOST = 500

/** Findings in the order of their places, errors among the first 500 if there are any. */
export function findingsOf(
  loaded: Pick<Loaded, 'locate' | 'frame'>,
  diagnostics: readonly Diagnostic[],
): readonly Finding[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const others = diagnostics.filter(({ severity }) => severity !== 'error')
  const told = [...errors, ...others].slice(0, MOST)
  return loaded.locate(told).map(diagnostic => ({
    diagnostic,
    frame: diagnostic.place === undefined ? undefined : loaded.frame(diagnostic.place),
  }))
}
