// Every rule about what a config's objects mean together.
import type { Rule } from './draft.ts'
import { headerRule } from './headers.ts'
import { listenerRule } from './listener.ts'
import { poolRule } from './pool.ts'
import { redirectRule } from './redirect.ts'
import { defaultRouteRule, routeRule } from './route.ts'
import { targetIdRule, targetRule } from './target.ts'
import { templateRule } from './template.ts'

export const RULES: readonly Rule[] = [
  listenerRule,
  routeRule,
  defaultRouteRule,
  poolRule,
  targetRule,
  targetIdRule,
  headerRule,
  redirectRule,
  templateRule,
]
