// Targets: exactly one kind, only keys of that kind, and no id twice in a pool.
import { type Pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { StaticResponse, Target } from '../shape.gen.ts'
import { has, type Values } from '../values.ts'
import type { Rule } from './draft.ts'

const PROXY_KEYS = [
  'transport',
  'agent_selector',
  'agent_load_balancing',
  'response_header_timeout',
  'tls_skip_verify',
  'preserve_host',
  'request_headers',
  'basic_auth',
  'health_check',
  'passive_health',
  'peer',
] as const
/** Statuses whose responses have no body (RFC 9110 section 6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

function checkStatic({ status, body, template }: StaticResponse, at: Pointer, findings: Findings): void {
  if (body !== undefined && template !== undefined)
    findings.key('static/two-bodies', step(at, 'template'), 'a static answer has either body or template', {
      related: [{ at: step(at, 'body'), on: 'key', message: 'body is here' }],
    })
  if (!BODILESS.has(status) || ((body ?? '') === '' && template === undefined)) return
  const key = template === undefined ? 'body' : 'template'
  findings.key('static/no-content', step(at, key), `a response with status ${status} has no body`)
}

function checkKind(target: Target, written: Values, at: Pointer, findings: Findings): void {
  if (target.url !== undefined && target.static !== undefined) {
    findings.key('target/kind', step(at, 'static'), 'a target has either url or static', {
      related: [{ at: step(at, 'url'), on: 'key', message: 'url is here' }],
    })
    return
  }
  if (target.static !== undefined) {
    for (const key of PROXY_KEYS)
      if (has(written, key))
        findings.key('shape/useless-key', step(at, key), `"${key}" does nothing on a static target`)
    return
  }
  const isMeant = findings.isClaimed(step(at, 'url')) || findings.isClaimed(step(at, 'static'))
  if (target.url === undefined && !isMeant) findings.key('target/kind', at, 'a target needs url or static')
}

/** Kinds of targets, and the bodies of static ones. */
export const targetRule: Rule = ({ targets }, findings) => {
  for (const { target, written, at } of targets) {
    checkKind(target, written, at, findings)
    if (target.static !== undefined) checkStatic(target.static, step(at, 'static'), findings)
  }
}

/** Ids of targets, unique in their pool. */
export const targetIdRule: Rule = ({ targets }, findings) => {
  const seen = new Map<Pointer, Pointer>()
  for (const { target, at, pool } of targets) {
    if (target.id === undefined) continue
    const name = step(pool, target.id)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, step(at, 'id'))
    else
      findings.value(
        'target/duplicate-id',
        step(at, 'id'),
        `two targets of this pool have the id "${target.id}"`,
        {
          related: [{ at: first, on: 'value', message: 'the other one is here' }],
        },
      )
  }
}
