// What the thread that loads and the thread that serves say to each other.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Watched } from '../config/loaded.ts'
import type { Finding } from './finding.ts'
import type { Slice, Trunk } from './slices.ts'

export type Question =
  | { readonly ask: 'slice' }
  | { readonly ask: 'locate'; readonly diagnostics: readonly Diagnostic[] }

export type Answer =
  /** Comes first, unasked; without a trunk the config is unusable. */
  | {
      readonly tell: 'loaded'
      readonly trunk: Trunk | undefined
      readonly findings: readonly Finding[]
      readonly watched: Watched
    }
  /** undefined after the last. */
  | { readonly tell: 'slice'; readonly slice: Slice | undefined }
  | { readonly tell: 'located'; readonly findings: readonly Finding[] }
