// Settings in use that give up a protection: somebody wrote each of them, and nobody should forget it.
import type { Pointer } from '../base/pointer.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

export interface Unsafe {
  readonly what: string
  readonly at: Pointer
}

/** Of enabled routes and of the pools that they use. */
export function unsafeSettings({ routes, management }: Snapshot): readonly Unsafe[] {
  const found = new Map<Pointer, Unsafe>()
  const tell = (what: string, at: Pointer): void => void found.set(`${at} ${what}`, { what, at })
  if (management !== undefined && !management.isLocal && management.tls === undefined)
    tell('tokens cross the network in plain text', `${management.at}/tls/mode`)
  for (const route of routes.values()) {
    if (!route.enabled) continue
    if (route.pathSecurity !== 'strict') tell('encoded separators pass', `${route.at}/path_security`)
    if (route.action.kind !== 'forward') continue
    for (const leg of route.action.legs) {
      if (leg === undefined || !leg.target.enabled || leg.profile.origin.scheme !== 'https') continue
      const { peer, setBy } = leg.profile
      if (!peer.verifyCert)
        tell("the origin's certificate is not verified", setBy.verifyCert ?? leg.target.at)
      else if (!peer.verifyHostname)
        tell("the name in the origin's certificate is not verified", setBy.verifyHostname ?? leg.target.at)
    }
  }
  return [...found.values()]
}
