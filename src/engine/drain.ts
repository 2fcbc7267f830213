// What a reload changed under an exchange that is still going on (design engine, "Reload": what is kept, and until when).
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Exchange } from './exchange.ts'

/** The change that ends an exchange once drain_timeout has passed, in words; undefined when nothing it stands on has changed. */
export function changedUnder(exchange: Exchange, snapshot: Snapshot): string | undefined {
  const { route, leg, listener } = exchange
  const nowListener = snapshot.listeners.get(listener.id)
  if (nowListener === undefined) return `listener ${listener.id} was removed`
  if (!nowListener.enabled) return `listener ${listener.id} was disabled`
  if (route === undefined) return undefined
  const nowRoute = snapshot.routes.get(route.id)
  if (nowRoute === undefined) return `route ${route.id} was removed`
  if (!nowRoute.enabled) return `route ${route.id} was disabled`
  if (nowRoute === route || leg === undefined) return undefined
  if (nowRoute.action.kind !== 'forward') return `route ${route.id} no longer forwards`
  const nowTarget = nowRoute.action.pool.targets.find(target => target.key === leg.target.key)
  const nowLeg = nowTarget === undefined ? undefined : nowRoute.action.legs[nowTarget.index]
  if (nowTarget === undefined || nowLeg === undefined) return `target ${leg.target.name} was removed`
  if (!nowTarget.enabled) return `target ${leg.target.name} was disabled`
  return nowLeg.profile.identity === leg.profile.identity
    ? undefined
    : `the url or peer of target ${leg.target.name} changed`
}
