// From a route to each proxy target of a pool: what the two decide together.
import { duration } from '../base/checked.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Peer as WrittenPeer } from '../config/shape.gen.ts'
import { compileEdits, type WrittenEdits } from '../http/edits.ts'
import { protecting, type RequestPolicy } from '../http/request-policy.ts'
import { mergePeer } from './peer.ts'
import { profileOf } from './profile.ts'
import type { Leg, ProxyTarget, Target } from './target.ts'

/** What a route lays over the targets of its pool, for its own traffic. */
export interface RouteOverlay {
  /** Of the route's `forward`. */
  readonly at: Pointer
  readonly peer: WrittenPeer
  /** Of the materials. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly responseHeaderTimeout: string | undefined
  readonly requestEdits: WrittenEdits | undefined
}

/** One leg a proxy target, by `target.index`; without an overlay they are the ones that plain routes share. */
export function compileLegs(
  targets: readonly Target[],
  overlay: RouteOverlay | undefined,
): readonly (Leg | undefined)[] {
  return Object.freeze(
    targets.map(target => (target.kind === 'static' ? undefined : Object.freeze(legOf(target, overlay)))),
  )
}

function legOf(target: ProxyTarget, overlay: RouteOverlay | undefined): Leg {
  const { profile, policy, responseHeaderTimeout, responseHeaderTimeoutAt, requestEdits } = target
  const paths = pathLegs(target, overlay)
  if (overlay === undefined) {
    return {
      target,
      profile,
      paths,
      responseHeaderTimeout,
      responseHeaderTimeoutAt,
      ...editing(requestEdits, policy),
    }
  }
  const timeout = overlay.responseHeaderTimeout
  const { peer, setBy, hash } = profile
  const merged = mergePeer(
    { peer, setBy, hash, policy },
    { at: step(overlay.at, 'peer'), peer: overlay.peer, files: overlay.files },
  )
  return {
    target,
    profile: merged.peer === peer ? profile : profileOf(profile.owner, profile.origin, merged, profile.via),
    paths,
    responseHeaderTimeout: timeout === undefined ? responseHeaderTimeout : duration(timeout),
    responseHeaderTimeoutAt:
      timeout === undefined ? responseHeaderTimeoutAt : step(overlay.at, 'response_header_timeout'),
    ...editing(
      overlay.requestEdits === undefined ? requestEdits : [overlay.requestEdits, ...requestEdits],
      merged.policy,
    ),
  }
}

function pathLegs({ paths }: ProxyTarget, overlay: RouteOverlay | undefined): Leg['paths'] {
  return paths && compileLegs(paths.targets, overlay).filter(leg => leg !== undefined)
}

/** What the config writes itself, a visitor can't have removed. */
function editing(
  stages: readonly WrittenEdits[],
  policy: RequestPolicy,
): Pick<Leg, 'requestEdits' | 'policy'> {
  const requestEdits = compileEdits(stages)
  const names = requestEdits?.adds.map(([name]) => name) ?? []
  return { requestEdits, policy: protecting(policy, names) }
}
