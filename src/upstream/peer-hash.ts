// One word for everything that connection options mean.
import { hashBytes, hashOf } from '../base/hash.ts'
import { Secret } from '../base/secret.ts'
import type { Peer } from './target.ts'

/** Files and secrets are in it by what they hold. The name that is asked for isn't: it may follow the origin. */
export function peerHash({ sni: _, ...peer }: Peer): string {
  return hashOf(digested(peer))
}

function digested(value: unknown): unknown {
  if (value instanceof Secret) return hashBytes(value.reveal())
  if (value instanceof Uint8Array) return hashBytes(value)
  if (Array.isArray(value)) return value.map(digested)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, digested(member)]))
}
