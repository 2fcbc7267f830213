// What a request says, checked and normalised once; the decision reads this and nothing else of the request.
import type { AddressSet } from '../base/cidr.ts'
import { visitorAddress } from './forwarded.ts'
import { normaliseHost } from './host.ts'
import { type PathClass, readPath, splitTarget } from './path.ts'
import type { Nominations } from './request-policy.ts'

/** Looks fields up by lower-case name; absent is undefined. */
export interface FieldReader {
  /** The value of the first line of that name. */
  first(name: string): string | undefined
  /** The values of all its lines, in order. */
  all(name: string): readonly string[]
}

export interface Facts {
  readonly method: string
  /** `http` or `https`: what the visitor spoke to us. */
  readonly scheme: 'http' | 'https'
  /** The authority as sent (Host, or the authority of an absolute target), `''` for HTTP/1.0 without Host. */
  readonly authority: string
  /** Lower case, no port, no trailing dot, no brackets. */
  readonly host: string
  /** The raw path, byte for byte as sent; at least `/`. */
  readonly path: string
  /** Percent-decoded (as latin1 bytes), encoded separators as `/`, runs of `/` collapsed: for matching only. */
  readonly decodedPath: string
  /** What path security found. */
  readonly pathClass: PathClass
  /** With its `?`, or `''`. */
  readonly query: string
  readonly fields: FieldReader
  /** What its Connection field asks for. */
  readonly connection: Nominations
  /** The visitor's address after trusted proxies were walked; `''` for a unix socket. */
  readonly client: string
}

/** A request's head as the wire (or the command line) hands it over, its grammar already checked. */
export interface RequestHead {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Path and query in origin-form, bytes as latin1. */
  readonly target: string
  readonly fields: FieldReader
  readonly connection: Nominations
  /** The address of who connected; `''` for a unix socket. */
  readonly peer: string
}

/** Everything the decision reads, from a head; `trusted` are the proxies whose word about the visitor is taken. */
export function readFacts(head: RequestHead, trusted: AddressSet): Facts {
  const { path, query } = splitTarget(head.target)
  const read = readPath(path)
  return {
    method: head.method,
    scheme: head.scheme,
    authority: head.authority,
    host: normaliseHost(head.authority),
    path,
    decodedPath: read.decoded,
    pathClass: read.class,
    query,
    fields: head.fields,
    connection: head.connection,
    client: visitorAddress(head.peer, trusted, head.fields),
  }
}
