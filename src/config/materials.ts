// What a config is compiled with besides itself: the bytes of files, and the time, both read before.

export interface Materials {
  /** By the path as it stands in the config, e.g. a template's `body_file`. A missing key's isn't there. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Milliseconds since 1970, when they were read. */
  readonly now: number
}
