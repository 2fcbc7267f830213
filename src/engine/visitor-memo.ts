// What doesn't change from one request of a connection to the next: worked out once, kept with the connection.
import { portOf } from '../http/host.ts'
import type { Listener } from '../snapshot/snapshot.ts'
import type { OurFields } from '../wire/h1/write-request.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'

export interface VisitorMemo {
  readonly listener: Listener
  readonly authority: string
  /** Whether the peer is a trusted proxy. */
  readonly isTrusted: boolean
  /** For an untrusted peer: what every origin is told, whatever the request says. */
  readonly ours: OurFields
}

/** The name X-Forwarded-For and X-Real-IP give to a peer on a unix socket, which has no address (RFC 7239 6.2). */
export const NO_ADDRESS = 'unknown'

const DEFAULT_PORT = 80

/** The memo of a connection, made anew when its Host or its listener's config changed. */
export function visitorMemo(side: VisitorSide, listener: Listener): VisitorMemo {
  const known = side.memo as VisitorMemo | undefined
  const { authority } = side.request
  if (known !== undefined && known.listener === listener && known.authority === authority) return known
  const memo: VisitorMemo = {
    listener,
    authority,
    isTrusted: listener.trustedProxies.has(side.peer),
    ours: ourFields(
      side.peer === '' ? NO_ADDRESS : side.peer,
      forwardedHost(authority),
      listenerPort(listener, authority),
    ),
  }
  side.memo = memo
  return memo
}

/** The host as the visitor named it, with its port when that isn't the scheme's default. */
export function forwardedHost(authority: string): string {
  const lower = authority.toLowerCase()
  return lower.endsWith(`:${DEFAULT_PORT}`) ? lower.slice(0, -3) : lower
}

/** The listener's port; on a unix socket the one that Host names, else the scheme's default. */
export function listenerPort(listener: Listener, authority: string): number {
  if (listener.address.kind === 'tcp') return listener.address.port
  return portOf(authority) ?? DEFAULT_PORT
}

function ourFields(peer: string, host: string, port: number): OurFields {
  return fieldLines([
    ['X-Forwarded-For', peer],
    ['X-Real-IP', peer],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Port', String(port)],
  ])
}

/** Fields as ready lines; one without a value is left out. */
export function fieldLines(fields: readonly (readonly [name: string, value: string])[]): OurFields {
  const lines = fields
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toLowerCase(), `${name}: ${value}\r\n`] as const)
  return { lines, joined: lines.map(([, line]) => line).join('') }
}
