// What becomes of a name of origins: the log is told, and a name without an address takes its targets out of turn until it has one.
import type { NameNews } from '../net/name.ts'
import type { Names } from '../net/names.ts'
import type { Log } from '../observe/log.ts'
import { dialedName } from '../upstream/dial-request.ts'
import { DNS } from '../upstream/objections.ts'
import { type PoolState, setAvailable } from '../upstream/pool-state.ts'
import { stateOf } from '../upstream/take.ts'
import type { Live } from './live.ts'

/** A name that fails is told once, until it is well again. */
export function tellName(log: Log, { kind, name, addresses, reason }: NameNews): void {
  if (kind === 'failed') log.warn('dns/failed', { name, reason, addresses })
  else log.info(`dns/${kind}`, { name, addresses })
}

interface Place {
  readonly state: PoolState
  readonly key: string
}

/** Makes the targets of what is live follow their names; what is returned takes news of a name. */
export function followNames(live: Live, names: Pick<Names, 'lackOf'>): (name: string) => void {
  const places = new Map<string, Place[]>()
  for (const pool of live.snapshot.pools.values())
    for (const target of pool.targets) {
      const name = target.kind === 'proxy' ? dialedName(target.profile) : undefined
      const place = { state: stateOf(live.pools, pool), key: target.key }
      if (name === undefined) setAvailable(place.state, place.key, DNS, undefined)
      else if (places.get(name)?.push(place) === undefined) places.set(name, [place])
    }
  const tell = (name: string): void => {
    const lack = names.lackOf(name)
    const why = lack === undefined ? undefined : `${name} has no address: ${lack}`
    for (const { state, key } of places.get(name) ?? []) setAvailable(state, key, DNS, why)
  }
  for (const name of places.keys()) tell(name)
  return tell
}
