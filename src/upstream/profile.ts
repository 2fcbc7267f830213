// What connections have in common that may serve each other's requests.
import { isIP } from 'node:net'
import { hashOf } from '../base/hash.ts'
import { originWord } from './origin.ts'
import type { MergedPeer } from './peer.ts'
import type { Origin, Profile } from './target.ts'

/**
 * The profile of a target's connections. Its identity changes with the origin and with every connection option; `owner` is the part
 * that doesn't: pool, target and agent.
 */
export function profileOf(
  owner: string,
  origin: Origin,
  { peer: merged, setBy, hash }: Pick<MergedPeer, 'peer' | 'setBy' | 'hash'>,
  via: string | undefined,
): Profile {
  const sni = setBy.sni === undefined ? nameOf(origin) : merged.sni
  const peer = sni === merged.sni ? merged : Object.freeze({ ...merged, sni })
  const meaning = hashOf([originWord(origin), sni, hash])
  return Object.freeze({
    identity: `connections:${owner}#${meaning}`,
    owner,
    via,
    origin,
    peer,
    setBy,
    hash,
  })
}

/** What an origin is asked for by itself: its name, and nothing where it is an address (RFC 6066 section 3). */
export function nameOf({ scheme, host }: Origin): string | undefined {
  return scheme === 'http' || isIP(host) !== 0 ? undefined : host.replace(/\.$/, '')
}
