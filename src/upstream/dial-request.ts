// From a profile to what a dial needs to know.
import type { DialRequest } from '../net/dial.ts'
import type { Trust } from '../net/trust.ts'
import type { Profile } from './target.ts'

const PROTOCOLS = {
  h1: ['http/1.1'],
  h2: ['h2'],
  h2h1: ['h2', 'http/1.1'],
  h2c: [],
} as const

/** Sessions to resume are kept in it: it is this profile's alone. */
export function dialRequest({ origin, peer }: Profile, trust: Trust): DialRequest {
  const { host, port, socketPath } = origin
  return {
    tcp: { host, port, socketPath, keepAlive: { idle: 60_000, interval: undefined, count: undefined } },
    connectionTimeout: peer.connectionTimeout,
    totalTimeout: peer.totalConnectionTimeout,
    tls:
      origin.scheme === 'http'
        ? undefined
        : {
            terms: {
              servername: peer.sni,
              host,
              verifyCert: peer.verifyCert,
              verifyHostname: peer.verifyHostname,
              protocols: PROTOCOLS[peer.alpn],
              context: trust.context(peer.ca),
            },
            store: { session: undefined },
          },
  }
}
