// What an origin gets of a visitor's hop-by-hop fields, and what a visitor may ask of the Connection field (RFC 9110 7.6.1,
// design config, "peer"). The rules are Pingora's; where they differ, src/DECISIONS.md says so.
import type { Pointer } from '../base/pointer.ts'

export interface RequestPolicy {
  /** As it is told to people: `standard`, `preserve`, `deny_upgrades`, or the keys that differ from the first. */
  readonly name: string
  /** Where it is written; undefined for the built-in one. */
  readonly at: Pointer | undefined
  readonly stripHopByHop: boolean
  /** Without it nominations are not looked at at all. */
  readonly stripNominated: boolean
  readonly rejectMalformed: boolean
  readonly maxNominations: number
  /** Lower case. */
  readonly protectedNames: ReadonlySet<string>
  readonly keepTeTrailers: boolean
  readonly upgrades: 'websocket_only' | 'preserve' | 'deny'
}

/** What a message's Connection lines hold besides `close`, `keep-alive` and `upgrade`. */
export interface Nominations {
  /** All words, options and malformed ones included. */
  readonly words: number
  /** One of them is no token. */
  readonly isMalformed: boolean
  /** One of them starts with `:`. */
  readonly namesPseudo: boolean
  /** Lower-case names of the fields to remove. */
  readonly nominated: ReadonlySet<string>
}

/** Fields whose removal would change who the visitor is or where the request goes. */
const PROTECTED: readonly string[] = [
  'host',
  'forwarded',
  'via',
  'authorization',
  'cookie',
  'x-real-ip',
  ...['for', 'host', 'proto', 'port', 'prefix', 'server', 'user', 'groups', 'email'].map(
    name => `x-forwarded-${name}`,
  ),
]

/** Pingora's defaults, and more names that are protected. */
export const STANDARD: RequestPolicy = Object.freeze({
  name: 'standard',
  at: undefined,
  stripHopByHop: true,
  stripNominated: true,
  rejectMalformed: true,
  maxNominations: 9,
  protectedNames: new Set(PROTECTED),
  keepTeTrailers: true,
  upgrades: 'websocket_only',
})

/** Everything goes on but what is ours: framing, the forwarding fields, our cookies. */
export const PRESERVE: RequestPolicy = Object.freeze({
  ...STANDARD,
  name: 'preserve',
  stripHopByHop: false,
  stripNominated: false,
  rejectMalformed: false,
  upgrades: 'preserve',
})

/** Nobody changes the protocol. */
export const DENY_UPGRADES: RequestPolicy = Object.freeze({
  ...STANDARD,
  name: 'deny_upgrades',
  upgrades: 'deny',
})

/** The same with more names protected; the same object when they are already. */
export function protecting(policy: RequestPolicy, names: readonly string[]): RequestPolicy {
  const lower = names.map(name => name.toLowerCase())
  if (lower.every(name => policy.protectedNames.has(name))) return policy
  return Object.freeze({ ...policy, protectedNames: new Set([...policy.protectedNames, ...lower]) })
}

/** What a visitor asks for that the policy refuses, in words for the log; undefined when it may be forwarded. */
export function nominationFlaw(asked: Nominations, policy: RequestPolicy): string | undefined {
  const { words, nominated } = asked
  // What nearly every request says is one option, or nothing.
  if (words < 2 && nominated.size === 0 && !asked.isMalformed) return undefined
  if (!policy.stripNominated) return undefined
  if (words > policy.maxNominations) return `more than ${policy.maxNominations} words in Connection`
  if (asked.namesPseudo) return 'Connection nominates a pseudo-header'
  if (asked.isMalformed && policy.rejectMalformed) return 'a Connection option that is not a token'
  for (const name of nominated) {
    if (policy.protectedNames.has(name)) return 'Connection nominates a field that a visitor must not remove'
  }
  return undefined
}
