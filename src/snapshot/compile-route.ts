// One route, compiled: its conditions, and its action with references in place of names.
import { size } from '../base/checked.ts'
import { type Pointer, pointer, step } from '../base/pointer.ts'
import type {
  HeaderEdits,
  Forward as WrittenForward,
  Redirect as WrittenRedirect,
  Route as WrittenRoute,
} from '../config/shape.gen.ts'
import { compileEdits, type WrittenEdits, writtenFields } from '../http/edits.ts'
import { type Redirect, redirectBase } from '../http/location.ts'
import { pathBytes } from '../http/path.ts'
import type { Rewrite } from '../http/rewrite.ts'
import type { ErrorPages } from '../http/template.ts'
import { urlBytes } from '../http/url-bytes.ts'
import { compileMatch } from '../match/compile.ts'
import type { RouteMatch } from '../match/route-match.ts'
import { compileLegs } from '../upstream/legs.ts'
import { mergeRetry } from '../upstream/retry.ts'
import type { Pool } from '../upstream/target.ts'
import type { Forward, Route } from './snapshot.ts'

export interface RouteParts {
  readonly hash: string
  /** Undefined for a redirect. */
  readonly pool: Pool | undefined
  readonly errorPages: ErrorPages | undefined
  /** Of the materials. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Compiles a route whose pool and pages are found. */
export function compileRoute(
  id: string,
  written: WrittenRoute,
  { hash, pool, errorPages, files }: RouteParts,
): Route {
  const at = pointer('routes', id)
  const match = compileMatch(written.match)
  const responseEdits = editsOf(written.response_headers)
  return Object.freeze({
    id,
    name: written.name ?? id,
    at,
    hash,
    listeners: written.listener,
    enabled: written.enabled,
    isDefault: written.default,
    priority: written.priority,
    match,
    pathSecurity: written.path_security,
    maxBodyBytes: size(written.max_body_bytes),
    responseEdits: responseEdits === undefined ? undefined : compileEdits([responseEdits]),
    errorPages,
    action: Object.freeze(actionOf(written, match, pool, files, at)),
  })
}

function actionOf(
  written: WrittenRoute,
  match: RouteMatch,
  pool: Pool | undefined,
  files: ReadonlyMap<string, Uint8Array>,
  at: Pointer,
): Forward | Redirect {
  if (written.redirect !== undefined) return redirectOf(written.redirect, match, step(at, 'redirect'))
  if (written.forward === undefined || pool === undefined) throw new Error(`unchecked route ${at}`)
  return forwardOf(written, written.forward, pool, files, step(at, 'forward'))
}

function forwardOf(
  written: WrittenRoute,
  forward: WrittenForward,
  pool: Pool,
  files: ReadonlyMap<string, Uint8Array>,
  at: Pointer,
): Forward {
  const requestEdits = editsOf(written.request_headers)
  const isOverlaid = forward.upstream !== undefined && hasOwnTraffic(forward)
  const overlay =
    requestEdits === undefined && !isOverlaid
      ? undefined
      : {
          at,
          peer: isOverlaid ? forward.peer : {},
          files,
          responseHeaderTimeout: forward.response_header_timeout,
          requestEdits,
        }
  const retry = forward.upstream === undefined ? pool.retry : mergeRetry(pool.retry, forward.retry)
  return {
    kind: 'forward',
    pool,
    legs: overlay === undefined ? pool.legs : compileLegs(pool.targets, overlay),
    rewrite: rewriteOf(written),
    retry: retry.attempts > 1 ? retry : undefined,
    hasAgents: pool.targets.some(target => target.kind === 'proxy' && target.paths !== undefined),
  }
}

function hasOwnTraffic(forward: WrittenForward): boolean {
  return forward.response_header_timeout !== undefined || Object.keys(forward.peer).length > 0
}

function redirectOf(written: WrittenRedirect, match: RouteMatch, at: Pointer): Redirect {
  return {
    kind: 'redirect',
    at,
    mode: written.mode,
    target: written.target,
    base: Object.freeze(redirectBase(written.mode, written.target)),
    status: written.status,
    preservePathSuffix: written.preserve_path_suffix,
    preserveQuery: written.preserve_query,
    prefixes: longestFirst(match.prefixes),
    exactPaths: match.paths,
  }
}

function rewriteOf({ rewrite }: WrittenRoute): Rewrite | undefined {
  const stripPrefixes = longestFirst(
    rewrite.strip_prefix.map(pathBytes).filter(prefix => prefix !== '' && prefix !== '/'),
  )
  const addPrefix = urlBytes(pathBytes(rewrite.add_prefix)).replace(/\/$/, '')
  if (stripPrefixes.length === 0 && addPrefix === '') return undefined
  return Object.freeze({ stripPrefixes, addPrefix })
}

function editsOf({ remove, set, add }: HeaderEdits): WrittenEdits | undefined {
  const edits = { remove, set: writtenFields(set), add: writtenFields(add) }
  return edits.remove.length + edits.set.length + edits.add.length === 0 ? undefined : edits
}

function longestFirst(prefixes: readonly string[]): readonly string[] {
  return prefixes.length < 2 ? prefixes : prefixes.toSorted((a, b) => b.length - a.length)
}
