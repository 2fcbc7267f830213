// What connections have in common that may serve each other's requests.
import { hashOf } from '../base/hash.ts'
import { originWord } from './origin.ts'
import type { MergedPeer } from './peer.ts'
import type { Origin, Profile } from './target.ts'

/** The profile of a target's connections. Its identity changes with the origin and with every connection option. */
export function profileOf(
  poolId: string,
  targetKey: string,
  origin: Origin,
  { peer, setBy }: MergedPeer,
): Profile {
  const meaning = hashOf([originWord(origin), peer])
  return Object.freeze({ identity: `connections:${poolId}/${targetKey}#${meaning}`, origin, peer, setBy })
}
