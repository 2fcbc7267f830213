// The compiled conditions of a route.

export type HostPattern =
  | { readonly kind: 'exact'; readonly host: string }
  /** `*.rest`: any depth below `rest`, never `rest` itself; `suffix` is `.rest`. */
  | { readonly kind: 'wildcard'; readonly suffix: string }

/** Within one list any member may match; between the lists all must. An empty host or path list matches everything. */
export interface RouteMatch {
  readonly hosts: readonly HostPattern[]
  /** Decoded prefixes, matched on whole segments; `/api/` doesn't match `/api`. */
  readonly prefixes: readonly string[]
  /** Whole decoded paths. A path condition holds when any prefix or any exact path holds. */
  readonly paths: readonly string[]
  /** undefined: any method. */
  readonly methods: ReadonlySet<string> | undefined
}
