// A certificate, compiled: what it is chosen for, what it says, and where it and its key come from. Its key is never shown.
import type { Pointer } from '../base/pointer.ts'

export type Source =
  | { readonly kind: 'files'; readonly cert: Uint8Array; readonly key: Uint8Array }
  /** Made when it is first needed, and kept. */
  | { readonly kind: 'self_signed'; readonly days: number }
  /** In a check without secrets: a file isn't there. Such a config is never run. */
  | { readonly kind: 'absent' }

export interface Certificate {
  readonly id: string
  readonly at: Pointer
  /** Of what is written and of both files. */
  readonly hash: string
  /** What it is chosen for: lower case, `*.rest` for one level. */
  readonly hosts: readonly string[]
  /** The names inside; undefined when they aren't known. */
  readonly names: readonly string[] | undefined
  readonly source: Source
  /** Seconds since 1970; undefined for what isn't made or known yet. */
  readonly notBefore: number | undefined
  readonly notAfter: number | undefined
}
