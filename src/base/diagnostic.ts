// What is wrong (or doubtful) in the file, told as data. Places and pictures are added on the way out to a person.
import type { DiagnosticCode } from './diagnostic-codes.ts'
import type { Pointer } from './pointer.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A range of text in one file; lines and columns count from 1, the end column is the first one not included. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** Another spot that explains a diagnostic ("first claimed here"). */
export interface Related {
  readonly at: Pointer
  readonly on: 'key' | 'value'
  readonly message: string
  readonly place?: Place
}

/**
 * One finding about the config. `at` and `on` say where in the meaning of the file; `place` is there from birth only when the
 * trouble has no pointer (YAML syntax, an include that can't be read), otherwise it is added by the document.
 * Messages start in lower case, name the thing, say what was expected and carry no full stop. Format: design `surfaces`.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly message: string
  readonly at: Pointer
  readonly on: 'key' | 'value'
  readonly help?: string
  readonly related?: readonly Related[]
  readonly place?: Place
}

/** Whether a list holds anything that stops a load. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(diagnostic => diagnostic.severity === 'error')
}
