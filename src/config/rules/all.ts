// Every rule about what a config's objects mean together.
import { agentRule } from './agents.ts'
import { certificateRule } from './certificate.ts'
import type { Rule } from './draft.ts'
import { hashingRule } from './hashing.ts'
import { headerRule } from './headers.ts'
import { healthRule } from './health.ts'
import { listenerRule } from './listener.ts'
import { managementRule } from './management.ts'
import { peerRule } from './peer.ts'
import { poolRule } from './pool.ts'
import { redirectRule } from './redirect.ts'
import { requestPolicyRule } from './request-policy.ts'
import { retryRule } from './retry.ts'
import { defaultRouteRule, routeRule } from './route.ts'
import { targetIdRule, targetRule } from './target.ts'
import { templateRule } from './template.ts'
import { weightRule } from './weights.ts'

export const RULES: readonly Rule[] = [
  listenerRule,
  certificateRule,
  managementRule,
  routeRule,
  defaultRouteRule,
  poolRule,
  weightRule,
  hashingRule,
  targetRule,
  targetIdRule,
  agentRule,
  peerRule,
  healthRule,
  requestPolicyRule,
  retryRule,
  headerRule,
  redirectRule,
  templateRule,
]
