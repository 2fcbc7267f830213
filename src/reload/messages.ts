// What the thread that loads and the thread that serves say to each other.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { LoadRequest, Watched } from '../config/loaded.ts'
import type { Finding } from './finding.ts'
import type { Slice, Trunk } from './slices.ts'

export type Question =
  | { readonly ask: 'load'; readonly request: LoadRequest }
  | { readonly ask: 'slice' }
  | { readonly ask: 'locate'; readonly diagnostics: readonly Diagnostic[] }
  /** The load is over. */
  | { readonly ask: 'forget' }

export type Answer =
  /** Without a trunk the config is unusable. */
  | {
      readonly tell: 'loaded'
      readonly trunk: Trunk | undefined
      readonly findings: readonly Finding[]
      readonly watched: Watched
    }
  /** undefined after the last. */
  | { readonly tell: 'slice'; readonly slice: Slice | undefined }
  | { readonly tell: 'located'; readonly findings: readonly Finding[] }
  | { readonly tell: 'forgotten' }
  /** Our fault: the stack. */
  | { readonly tell: 'broken'; readonly stack: string }
