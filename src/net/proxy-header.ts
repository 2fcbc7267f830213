// What the bytes at the start of a connection are to the PROXY protocol: a header, the beginning of one, a broken one, or none.

export interface Endpoint {
  /** Without brackets, in its shortest form. */
  readonly address: string
  readonly port: number
}

export interface ProxyHeader {
  readonly kind: 'header'
  /** In bytes; what follows belongs to the connection. */
  readonly length: number
  /** Who connected to the proxy, and where; undefined when the header doesn't say, and the connection's own addresses hold. */
  readonly ends: { readonly source: Endpoint; readonly destination: Endpoint } | undefined
}

export type HeaderReading =
  | ProxyHeader
  /** More bytes may make it a header. */
  | { readonly kind: 'partial' }
  /** Whatever follows, it is none. */
  | { readonly kind: 'none' }
  /** It began as a header and can't be one any more; `why` is a word for the log. */
  | { readonly kind: 'refused'; readonly why: string }

export const PARTIAL: HeaderReading = { kind: 'partial' }
export const NONE: HeaderReading = { kind: 'none' }

export function refused(why: string): HeaderReading {
  return { kind: 'refused', why }
}

/** How bytes begin: with the whole mark, with as much of it as they have, or with something else. */
export function startsWith(bytes: Uint8Array, mark: Uint8Array): 'whole' | 'part' | 'no' {
  const length = Math.min(bytes.length, mark.length)
  for (let at = 0; at < length; at++) if (bytes[at] !== mark[at]) return 'no'
  return length === mark.length ? 'whole' : 'part'
}
