// From a profile to what a dial needs to know.
import { isIP } from 'node:net'
import type { DialRequest } from '../net/dial.ts'
import type { ConnectTerms } from '../net/dial-connect.ts'
import type { TlsHop, TlsTerms } from '../net/dial-tls.ts'
import type { Trust } from '../net/trust.ts'
import type { Tunnels } from '../net/tunnels.ts'
import { nameOf } from './profile.ts'
import type { Origin, Peer, Profile, TunnelProxy } from './target.ts'
import { withSharedKey } from './tls-policy.ts'

const PROTOCOLS = {
  h1: ['http/1.1'],
  h2: ['h2'],
  h2h1: ['h2', 'http/1.1'],
  h2c: [],
} as const

/** The name that its connections ask for first; undefined for an address, a unix socket, and what an agent asks for. */
export function dialedName({ origin, peer, via }: Profile): string | undefined {
  const { host, socketPath } = peer.proxy?.origin ?? origin
  return via !== undefined || socketPath !== undefined || isIP(host) !== 0 ? undefined : host
}

/** Whom to trust, and who reaches what we can't. */
export interface DialParts {
  readonly trust: Trust
  readonly tunnels: Tunnels
}

/** Sessions to resume are kept in it: it is this profile's alone. */
export function dialRequest({ origin, peer, via }: Profile, { trust, tunnels }: DialParts): DialRequest {
  const { connectionTimeout, totalConnectionTimeout, proxy, bindTo, tcpKeepalive: keepAlive } = peer
  const { host, port, socketPath } = proxy?.origin ?? origin
  return {
    tcp: { host, port, socketPath, bindTo, keepAlive },
    tunnel: via === undefined ? undefined : ears => tunnels.open(via, origin.host, origin.port, ears),
    connectionTimeout,
    totalTimeout: totalConnectionTimeout,
    proxy: proxy && {
      connect: connectTerms(origin, proxy, peer),
      tls: proxy.origin.scheme === 'https' ? hop(proxyTls(proxy.origin, peer, trust)) : undefined,
    },
    tls: origin.scheme === 'https' ? hop(originTls(origin, peer, trust)) : undefined,
  }
}

function hop(terms: TlsTerms): TlsHop {
  return { terms, store: { session: undefined } }
}

function originTls({ host }: Origin, peer: Peer, trust: Trust): TlsTerms {
  const { sni, alpn, psk, ca, useSystemCerts, tlsPolicy, clientCertKey } = peer
  const common = { servername: sni, protocols: PROTOCOLS[alpn] }
  if (psk !== undefined) {
    const policy = withSharedKey(tlsPolicy)
    return {
      ...common,
      names: [],
      verifyCert: true,
      context: trust.context({ ca: [], useSystemCerts: false, policy, own: undefined }),
      psk: { identity: psk.identity, key: psk.key },
    }
  }
  return {
    ...common,
    names: peer.verifyHostname ? [sni ?? host, ...peer.alternativeCn] : [],
    verifyCert: peer.verifyCert,
    context: trust.context({ ca, useSystemCerts, policy: tlsPolicy, own: clientCertKey }),
    psk: undefined,
  }
}

/** A proxy hears our credentials, so it is always verified, whatever is asked of the origin; what we show the origin it never sees. */
function proxyTls(origin: Origin, { ca, useSystemCerts, tlsPolicy }: Peer, trust: Trust): TlsTerms {
  return {
    servername: nameOf(origin),
    protocols: ['http/1.1'],
    names: [origin.host],
    verifyCert: true,
    context: trust.context({ ca, useSystemCerts, policy: tlsPolicy, own: undefined }),
    psk: undefined,
  }
}

/** CONNECT in its authority form, with the port always there (RFC 9110 section 9.3.6). */
function connectTerms(
  { host, port }: Origin,
  { authorization, fields }: TunnelProxy,
  { alpn }: Peer,
): ConnectTerms {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  return { authority, authorization, fields, mayHearFirst: alpn === 'h2c' }
}
