// What a reload changed under an exchange that is still going on (design engine, "Reload": what is kept, and until when).
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Exchange } from './exchange.ts'

/** The change that ends an exchange once drain_timeout has passed, in words; undefined when nothing it stands on has changed. */
export function changedUnder(exchange: Exchange, snapshot: Snapshot): string | undefined {
  const { route, target, leg, listener } = exchange
  const nowListener = snapshot.listeners.get(listener.id)
  if (nowListener === undefined) return `listener ${listener.id} was removed`
  if (!nowListener.enabled) return `listener ${listener.id} was disabled`
  if (route === undefined) return undefined
  const nowRoute = snapshot.routes.get(route.id)
  if (nowRoute === undefined) return `route ${route.id} was removed`
  if (!nowRoute.enabled) return `route ${route.id} was disabled`
  if (nowRoute === route || target === undefined || leg === undefined) return undefined
  if (nowRoute.action.kind !== 'forward') return `route ${route.id} no longer forwards`
  const nowTarget = nowRoute.action.pool.targets.find(one => one.key === target.key)
  const nowDirect = nowTarget === undefined ? undefined : nowRoute.action.legs[nowTarget.index]
  if (nowTarget === undefined || nowDirect === undefined) return `target ${target.name} was removed`
  if (!nowTarget.enabled) return `target ${target.name} was disabled`
  const { via, identity } = leg.profile
  const nowLeg = via === undefined ? nowDirect : nowDirect.paths?.find(({ profile }) => profile.via === via)
  if (nowLeg === undefined) return `target ${target.name} is no longer reached through ${via}`
  return nowLeg.profile.identity === identity ? undefined : `the url or peer of target ${target.name} changed`
}
