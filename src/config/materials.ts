// What a config names besides itself: the bytes of files, read before anything is compiled.

export interface Materials {
  /** By the path as it stands in the config, e.g. a template's `body_file`. */
  readonly files: ReadonlyMap<string, Uint8Array>
}
