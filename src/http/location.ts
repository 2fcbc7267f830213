// Redirects: the exact Location arithmetic.
import type { Pointer } from '../base/pointer.ts'

export interface Redirect {
  readonly kind: 'redirect'
  readonly at: Pointer
  readonly mode: 'same_host_path' | 'external_origin_keep_path' | 'absolute_url' | 'https'
  readonly target: string
  readonly status: 301 | 302 | 307 | 308
  readonly preservePathSuffix: boolean
  readonly preserveQuery: boolean
  /** The route's path prefixes, longest first: what a suffix is cut from. */
  readonly prefixes: readonly string[]
}
