// What the certificate that a client showed says of it.
import type { TLSSocket } from 'node:tls'

export type ClientCertificate =
  | { readonly kind: 'none' }
  /** Nobody whom we believe signed it, or not for now, or not for clients. */
  | { readonly kind: 'wrong' }
  /** `uris`: those of its subject alternative names (RFC 5280 4.2.1.6). */
  | { readonly kind: 'good'; readonly uris: readonly string[] }

/** One name as Node writes it, `kind:value`: a value that could be taken for more than one is quoted like a string of JSON. */
const NAME = /([\w ]+):(?:("(?:[^"\\]|\\.)*")|([^,"]*))(?:, |$)/y

/** The URIs in a list of names as Node writes it; none when any part of it isn't understood. */
export function uriNames(subjectAltName: string): readonly string[] {
  const uris: string[] = []
  NAME.lastIndex = 0
  while (NAME.lastIndex < subjectAltName.length) {
    const [, kind, quoted, plain] = NAME.exec(subjectAltName) ?? []
    if (kind === undefined) return []
    if (kind === 'URI') uris.push(quoted === undefined ? (plain ?? '') : String(JSON.parse(quoted)))
  }
  return uris
}

/** Of a connection that was asked for one. */
export function clientCertificate(socket: TLSSocket): ClientCertificate {
  const shown = socket.getPeerX509Certificate()
  if (shown === undefined) return { kind: 'none' }
  return socket.authorized ? { kind: 'good', uris: uriNames(shown.subjectAltName ?? '') } : { kind: 'wrong' }
}
