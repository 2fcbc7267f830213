// What doesn't change from one request of a connection to the next, nor between the connections of a peer: worked out once, kept
// with the connection and where it came in.
import { portOf } from '../http/host.ts'
import type { Listener } from '../snapshot/snapshot.ts'
import type { OurFields } from '../wire/h1/write-request.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'

export interface VisitorMemo {
  readonly listener: Listener
  readonly peer: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Whether the peer is a trusted proxy. */
  readonly isTrusted: boolean
  /** For an untrusted peer: what every origin is told, whatever the request says. */
  readonly ours: OurFields
}

/** The name X-Forwarded-For and X-Real-IP give to a peer on a unix socket, which has no address (RFC 7239 6.2). */
export const NO_ADDRESS = 'unknown'

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/** What the visitor speaks to us, whatever its listener would speak by now. */
export function schemeOf(side: VisitorSide): 'http' | 'https' {
  return side.security === undefined ? 'http' : 'https'
}

/** Where connections come in: who comes again may be known. */
export interface LatestMemo {
  latest: VisitorMemo | undefined
}

/** The memo of a connection, made anew when its Host or its listener's config changed, unless `memory` has it. */
export function visitorMemo(side: VisitorSide, listener: Listener, memory?: LatestMemo): VisitorMemo {
  const known = side.memo as VisitorMemo | undefined
  if (known !== undefined && isOf(known, side, listener)) return known
  const latest = memory?.latest
  const memo = latest !== undefined && isOf(latest, side, listener) ? latest : newMemo(side, listener)
  if (memory !== undefined) memory.latest = memo
  side.memo = memo
  return memo
}

function isOf(memo: VisitorMemo, side: VisitorSide, listener: Listener): boolean {
  return (
    memo.listener === listener &&
    memo.peer === side.peer &&
    memo.authority === side.request.authority &&
    memo.scheme === schemeOf(side)
  )
}

function newMemo(side: VisitorSide, listener: Listener): VisitorMemo {
  const { authority } = side.request
  const scheme = schemeOf(side)
  const peer = side.peer === '' ? NO_ADDRESS : side.peer
  return {
    listener,
    peer: side.peer,
    scheme,
    authority,
    isTrusted: listener.trustedProxies.has(side.peer),
    ours: new ForwardingLines(
      linesFor(peer, forwardedHost(authority, scheme), scheme, listenerPort(listener, authority, scheme)),
    ),
  }
}

/** The host as the visitor named it, with its port when that isn't the scheme's default. */
export function forwardedHost(authority: string, scheme: 'http' | 'https'): string {
  const lower = authority.toLowerCase()
  const port = `:${DEFAULT_PORTS[scheme]}`
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower
}

/** The listener's port; on a unix socket the one that Host names, else the scheme's default. */
export function listenerPort(listener: Listener, authority: string, scheme: 'http' | 'https'): number {
  if (listener.address.kind === 'tcp') return listener.address.port
  return portOf(authority) ?? DEFAULT_PORTS[scheme]
}

/** Ready lines, which are taken apart only where an edit may take one of them away. */
class ForwardingLines implements OurFields {
  readonly joined: string
  private apart: OurFields['lines'] | undefined

  constructor(joined: string) {
    this.joined = joined
  }

  get lines(): OurFields['lines'] {
    this.apart ??= this.joined
      .split('\r\n')
      .slice(0, -1)
      .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), `${line}\r\n`] as const)
    return this.apart
  }
}

/** For each new connection, so no list of fields is made; joined in one piece, as every request is written from it. */
function linesFor(peer: string, host: string, scheme: string, port: number): string {
  return [
    'X-Forwarded-For: ',
    peer,
    '\r\nX-Real-IP: ',
    peer,
    host === '' ? '' : '\r\nX-Forwarded-Host: ',
    host,
    '\r\nX-Forwarded-Proto: ',
    scheme,
    '\r\nX-Forwarded-Port: ',
    String(port),
    '\r\n',
  ].join('')
}

/** Fields as ready lines; one without a value is left out. */
export function fieldLines(fields: readonly (readonly [name: string, value: string])[]): OurFields {
  return new ForwardingLines(
    fields.map(([name, value]) => (value === '' ? '' : `${name}: ${value}\r\n`)).join(''),
  )
}
