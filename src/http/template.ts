// Response templates, parsed once.

export interface ErrorPage {
  readonly contentType: string
  /** `reason` is the status' standard phrase. */
  render(values: { readonly status: number; readonly reason: string; readonly requestId: string }): Uint8Array
}

/** Chosen for answers we make ourselves: the exact status first, then its class. */
export interface ErrorPages {
  find(status: number): ErrorPage | undefined
}
