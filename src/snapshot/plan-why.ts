// In what two compiled things of the same id differ, in the words of the file; undefined when they mean the same.
import { canonical } from '../base/hash.ts'
import type { FieldEdits } from '../http/edits.ts'
import type { RequestPolicy } from '../http/request-policy.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { Agent } from '../tunnel/agent.ts'
import type { Leg, Pool, ProxyTarget, StaticTarget, Target } from '../upstream/target.ts'
import type { Forward, Route } from './snapshot.ts'

type Parts<T> = Readonly<Record<string, (thing: T) => unknown>>

/** The names of the parts that differ, or undefined without any. */
function differing<T>(before: T, after: T, parts: Parts<T>): string | undefined {
  const names = Object.entries(parts)
    .filter(([, part]) => canonical(part(before)) !== canonical(part(after)))
    .map(([name]) => name)
  return names.length === 0 ? undefined : names.join(', ')
}

function editsOf(edits: FieldEdits | undefined): unknown {
  return edits === undefined ? [] : [[...edits.drops], edits.lines]
}

function legOf(leg: Leg | undefined): unknown {
  return leg === undefined
    ? []
    : [leg.profile.identity, leg.responseHeaderTimeout, editsOf(leg.requestEdits), policyOf(leg)]
}

/** Its name holds all that is written of it, and the names that edits add are told with them. */
function policyOf({ policy }: { readonly policy: RequestPolicy }): unknown {
  return policy.name
}

const ROUTE: Parts<Route> = {
  name: route => route.name,
  listener: route => route.listeners,
  default: route => route.isDefault,
  priority: route => route.priority,
  match: ({ match }) => ({ ...match, methods: match.methods === undefined ? [] : [...match.methods] }),
  path_security: route => route.pathSecurity,
  max_body_bytes: route => route.maxBodyBytes,
  response_headers: route => editsOf(route.responseEdits),
  redirect: ({ action }) =>
    action.kind === 'redirect'
      ? [action.mode, action.base, action.status, action.preservePathSuffix, action.preserveQuery]
      : [],
  rewrite: ({ action }) => (action.kind === 'forward' ? action.rewrite : undefined),
}

const FORWARD: Parts<Forward> = {
  upstream: forward => forward.pool.id,
  forward: forward => forward.legs.map(legOf),
}

/** What a route's own part of the file says differently; an edit of the pool it names is the pool's change. */
export function routeDifference(before: Route, after: Route): string | undefined {
  if (before.hash === after.hash) return undefined
  const own = differing(before, after, ROUTE)
  if (own !== undefined) return own
  const bothForward = before.action.kind === 'forward' && after.action.kind === 'forward'
  return (bothForward ? differing(before.action, after.action, FORWARD) : undefined) ?? 'error_pages'
}

const POOL: Parts<Pool> = {
  name: pool => pool.name,
  load_balancing: pool => pool.loadBalancing,
  hash_on: pool => pool.hashing?.on,
  hash_fallback: pool => pool.hashing?.fallback,
  slots: pool => pool.hashing?.slots,
  sticky: pool => pool.sticky,
}

/** What a pool says differently; one written in place may differ in its route alone. */
export function poolDifference(before: Pool, after: Pool): string | undefined {
  if (before.hash === after.hash) return undefined
  const own = differing(before, after, POOL)
  return haveSameTargets(before, after) ? own : [own, 'targets'].filter(name => name !== undefined).join(', ')
}

function haveSameTargets(before: Pool, after: Pool): boolean {
  if (before.targets.length !== after.targets.length) return false
  return before.targets.every((target, index) => {
    const now = after.targets[index]
    return (
      now?.key === target.key && now.enabled === target.enabled && targetDifference(target, now) === undefined
    )
  })
}

/** Not the name: without one it is a number, which moves when others come and go. */
const TARGET: Parts<Target> = {
  priority_group: target => target.priorityGroup,
  weight: target => target.weight,
  tags: target => target.tags,
  kind: target => target.kind,
}

const PROXY: Parts<ProxyTarget> = {
  'url or peer': target => target.profile.identity,
  http_upstream_request_policy: policyOf,
  preserve_host: target => target.preserveHost,
  response_header_timeout: target => target.responseHeaderTimeout,
  'request_headers or basic_auth': target => target.requestEdits,
}

const STATIC: Parts<StaticTarget> = {
  static: ({ answer }) => [answer.status, answer.fields, Buffer.from(answer.body).toString('base64')],
}

/** What a target says differently. */
export function targetDifference(before: Target, after: Target): string | undefined {
  const common = differing(before, after, TARGET)
  const own =
    before.kind === 'proxy' && after.kind === 'proxy'
      ? differing(before, after, PROXY)
      : before.kind === 'static' && after.kind === 'static'
        ? differing(before, after, STATIC)
        : undefined
  return [common, own].filter(name => name !== undefined).join(', ') || undefined
}

const CERTIFICATE: Parts<Certificate> = {
  hosts: certificate => certificate.hosts,
  self_signed: ({ source }) => (source.kind === 'self_signed' ? source : {}),
}

/** What a certificate says differently; without any of it the files are others. */
export function certificateDifference(before: Certificate, after: Certificate): string | undefined {
  return before.hash === after.hash
    ? undefined
    : (differing(before, after, CERTIFICATE) ?? 'cert_file or key_file')
}

const AGENT: Parts<Agent> = {
  name: agent => agent.name,
  token_hash: agent => agent.tokenHash,
  labels: agent => [...agent.labels],
  weight: agent => agent.weight,
  allow_targets: agent => agent.allowTargets.map(entry => ({ ...entry, range: entry.range?.rules })),
  max_streams: agent => agent.maxStreams,
}

/** What an agent says differently. */
export function agentDifference(before: Agent, after: Agent): string | undefined {
  return before.hash === after.hash ? undefined : differing(before, after, AGENT)
}
