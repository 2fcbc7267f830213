// Request paths: splitting a target, decoding for matching, and the classes of design engine, "Path security".

/**
 * `clean`; `encoded_separator`: has %2f or %5c, the matched route decides; `forbidden`: a dot segment, a raw backslash,
 * a NUL or control byte in any spelling: 400 whatever the route says.
 */
export type PathClass = 'clean' | 'encoded_separator' | 'forbidden'

export interface ReadPath {
  readonly decoded: string
  readonly class: PathClass
}
