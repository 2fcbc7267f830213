// The grammar of one value: what is wrong with it, or undefined.
import type { DiagnosticCode } from '../../base/diagnostic-codes.ts'

export interface Flaw {
  readonly code: DiagnosticCode
  readonly message: string
  readonly help?: string
}

/** `shown` is how the value is named in a message: in quotes, or as `the secret`. */
export type Form = (text: string, shown: string) => Flaw | undefined

/** Control characters other than a tab. */
export const CONTROL: RegExp = /[\0-\x08\x0A-\x1F\x7F]/
