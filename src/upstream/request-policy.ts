// From http_upstream_request_policy, as it is written, to the policy that it means.
import type { Pointer } from '../base/pointer.ts'
import type { RequestPolicyMap, RequestPolicy as WrittenPolicy } from '../config/shape.gen.ts'
import { DENY_UPGRADES, PRESERVE, type RequestPolicy, STANDARD } from '../http/request-policy.ts'

const PRESETS = { standard: STANDARD, preserve: PRESERVE, deny_upgrades: DENY_UPGRADES } as const

/** What is written at `at`; `null` is the built-in default. */
export function readPolicy(written: WrittenPolicy, at: Pointer): RequestPolicy {
  if (written === null) return STANDARD
  if (typeof written === 'string') return Object.freeze({ ...PRESETS[written], at })
  const names = written.protected_headers?.map(name => name.toLowerCase())
  return Object.freeze({
    name: nameOf(written),
    at,
    stripHopByHop: written.strip_hop_by_hop ?? STANDARD.stripHopByHop,
    stripNominated: written.strip_connection_nominated ?? STANDARD.stripNominated,
    rejectMalformed: written.reject_malformed_connection_nominations ?? STANDARD.rejectMalformed,
    maxNominations: written.max_connection_nominations ?? STANDARD.maxNominations,
    protectedNames: names === undefined ? STANDARD.protectedNames : new Set(names),
    keepTeTrailers: written.keep_te_trailers ?? STANDARD.keepTeTrailers,
    upgrades: written.h1_upgrade ?? STANDARD.upgrades,
  })
}

/** The keys that say something, as they are written. */
function nameOf(written: RequestPolicyMap): string {
  const entries = Object.entries(written)
  if (entries.length === 0) return STANDARD.name
  return entries.map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(' ') : value}`).join(', ')
}
