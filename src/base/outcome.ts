// What a stage that reads a person's file returns: a value with warnings, or everything that is wrong with it.
import type { Diagnostic } from './diagnostic.ts'

export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** A value, with the warnings found on the way to it. */
export function good<T>(value: T, diagnostics: readonly Diagnostic[] = []): Outcome<T> {
  return { ok: true, value, diagnostics }
}

/** No value; at least one of the diagnostics is an error. */
export function bad<T>(diagnostics: readonly Diagnostic[]): Outcome<T> {
  return { ok: false, diagnostics }
}
