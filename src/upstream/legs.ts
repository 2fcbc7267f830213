// From a route to each proxy target of a pool: what the two decide together.
import { duration } from '../base/checked.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Peer as WrittenPeer } from '../config/shape.gen.ts'
import { compileEdits, type WrittenEdits } from '../http/edits.ts'
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
  poolId: string,
  targets: readonly Target[],
  overlay: RouteOverlay | undefined,
): readonly (Leg | undefined)[] {
  return Object.freeze(
    targets.map(target =>
      target.kind === 'static' ? undefined : Object.freeze(legOf(poolId, target, overlay)),
    ),
  )
}

function legOf(poolId: string, target: ProxyTarget, overlay: RouteOverlay | undefined): Leg {
  const { profile, responseHeaderTimeout, responseHeaderTimeoutAt, requestEdits } = target
  if (overlay === undefined) {
    return {
      target,
      profile,
      responseHeaderTimeout,
      responseHeaderTimeoutAt,
      requestEdits: compileEdits(requestEdits),
    }
  }
  const timeout = overlay.responseHeaderTimeout
  const merged = mergePeer(profile, {
    at: step(overlay.at, 'peer'),
    peer: overlay.peer,
    files: overlay.files,
  })
  return {
    target,
    profile: merged === profile ? profile : profileOf(poolId, target.key, profile.origin, merged),
    responseHeaderTimeout: timeout === undefined ? responseHeaderTimeout : duration(timeout),
    responseHeaderTimeoutAt:
      timeout === undefined ? responseHeaderTimeoutAt : step(overlay.at, 'response_header_timeout'),
    requestEdits: compileEdits(
      overlay.requestEdits === undefined ? requestEdits : [overlay.requestEdits, ...requestEdits],
    ),
  }
}
