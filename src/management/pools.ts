// Pools and their targets as lists.
import type { Live } from '../engine/live.ts'
import type { Pool } from '../upstream/target.ts'
import { sayList } from './list.ts'
import { type Asked, type Said, sayTrouble } from './message.ts'
import { otherProfiles, tellTarget } from './targets.ts'

/** `/api/upstreams?name=&algorithm=&tag=`: every pool, those written in a route too; `tag` is one of some target's. */
export function sayUpstreams(asked: Asked, live: Live): Said {
  const { snapshot, generation } = live
  const others = otherProfiles(snapshot)
  const name = asked.query.get('name')
  const algorithm = asked.query.get('algorithm')
  const tag = asked.query.get('tag')
  const pools = [...snapshot.pools.values()].filter(
    pool =>
      (name === null || pool.name === name || pool.id === name) &&
      (algorithm === null || pool.loadBalancing === algorithm) &&
      (tag === null || pool.targets.some(({ tags }) => tags.includes(tag))),
  )
  const tell = (pool: Pool): unknown => {
    const targets = pool.targets.map(target => tellTarget(pool, target, live, others))
    return {
      id: pool.id,
      name: pool.name,
      at: pool.at,
      load_balancing: pool.loadBalancing,
      targets: targets.length,
      available: targets.filter(({ available }) => available).length,
      active: targets.reduce((total, { active }) => total + active, 0),
    }
  }
  return sayList(asked, pools, tell, { generation, revision: snapshot.revision })
}

/** `/api/targets?upstreamId=`: the targets of a pool, or of all. */
export function sayTargets(asked: Asked, live: Live): Said {
  const { snapshot, generation } = live
  const id = asked.query.get('upstreamId')
  const pool = id === null ? undefined : snapshot.pools.get(id)
  if (id !== null && pool === undefined)
    return sayTrouble(404, { code: 'not_found', message: `there is no pool "${id}"` })
  const others = otherProfiles(snapshot)
  const tag = asked.query.get('tag')
  const targets = (pool === undefined ? [...snapshot.pools.values()] : [pool]).flatMap(one =>
    one.targets
      .filter(({ tags }) => tag === null || tags.includes(tag))
      .map(target => [one, target] as const),
  )
  return sayList(asked, targets, ([one, target]) => tellTarget(one, target, live, others), {
    generation,
    revision: snapshot.revision,
  })
}
