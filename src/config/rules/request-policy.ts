// Request policies that pass on what a proxy must not, or whose keys mean nothing beside each other.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Peer } from '../shape.gen.ts'
import type { Rule } from './draft.ts'

/** What only the check and the removal of nominations reads. */
const OF_NOMINATIONS = [
  'reject_malformed_connection_nominations',
  'max_connection_nominations',
  'protected_headers',
] as const

function warn(at: Pointer, what: string, findings: Findings): void {
  findings.add({
    code: 'peer/rfc-noncompliant',
    severity: 'warning',
    message: `${what} go on to the origin, which a proxy must not let happen (RFC 9110 7.6.1)`,
    at,
    on: 'value',
  })
}

function warnOfUpgrades(at: Pointer, findings: Findings): void {
  findings.add({
    code: 'peer/any-upgrade',
    severity: 'warning',
    message:
      'visitors may change to any protocol that the origin knows, h2c too: requests in it go past every route and rule',
    at,
    on: 'value',
  })
}

function check(peer: Peer, peerAt: Pointer, findings: Findings): void {
  const { http_upstream_request_policy: policy } = peer
  const at = step(peerAt, 'http_upstream_request_policy')
  if (policy === 'preserve') warn(at, 'hop-by-hop fields, nominated ones and any upgrade', findings)
  if (policy === undefined || policy === null || typeof policy === 'string') return
  const keepsHopByHop = policy.strip_hop_by_hop === false
  const keepsNominated = policy.strip_connection_nominated === false
  if (keepsHopByHop) warn(step(at, 'strip_hop_by_hop'), 'hop-by-hop fields', findings)
  if (keepsNominated)
    warn(step(at, 'strip_connection_nominated'), 'fields that Connection nominates', findings)
  if (policy.h1_upgrade === 'preserve') warnOfUpgrades(step(at, 'h1_upgrade'), findings)
  const useless = (key: keyof typeof policy, beside: string): void => {
    if (policy[key] !== undefined)
      findings.key('shape/useless-key', step(at, key), `"${key}" does nothing beside ${beside}`)
  }
  if (keepsNominated) for (const key of OF_NOMINATIONS) useless(key, 'strip_connection_nominated: false')
  if (keepsNominated && keepsHopByHop)
    useless('keep_te_trailers', 'strip_hop_by_hop: false, with which all of TE goes on')
}

/** Every place where connection options stand. */
export const requestPolicyRule: Rule = ({ config, targets }, findings) => {
  check(config.defaults.peer, pointer('defaults', 'peer'), findings)
  for (const [id, { peer }] of Object.entries(config.upstreams))
    check(peer, pointer('upstreams', id, 'peer'), findings)
  for (const [id, { forward }] of Object.entries(config.routes))
    if (forward !== undefined) check(forward.peer, pointer('routes', id, 'forward', 'peer'), findings)
  for (const { target, at } of targets) check(target.peer, step(at, 'peer'), findings)
}
