// What choosing a target costs: nanoseconds for one pick and its end, by policy, with 10 and 200 targets. One process, no sockets.
import { commit, release } from '../../src/upstream/balance.ts'
import { openPoolState } from '../../src/upstream/pool-state.ts'
import type { Seat } from '../../src/upstream/seat.ts'
import { select } from '../../src/upstream/select.ts'
import type { LoadBalancing } from '../../src/upstream/target.ts'
import { POLICIES, pool } from '../support/pools.ts'
import { luck, wishOf } from '../support/wish.ts'

/** Requests under way while picks are timed. */
const UNDER_WAY = 64
const PICKS = 200_000
const ROUNDS = 7

function nanoseconds(policy: LoadBalancing, count: number, underWay: number): number {
  const targets = Array.from({ length: count }, (_, index) => ({
    id: `t${index}`,
    url: 'x',
    weight: 1 + (index % 7),
  }))
  const from = pool(policy, targets, { hash_on: ['query:k'] })
  const state = openPoolState()
  const wishes = Array.from({ length: 64 }, (_, key) => wishOf({ target: `/?k=${key}`, chance: luck(key) }))
  const open: (Seat | undefined)[] = Array.from({ length: Math.max(underWay, 1) }, () => undefined)
  let at = 0
  const run = (): void => {
    for (let n = 0; n < PICKS; n++) {
      const wish = wishes[n & 63]
      const choice = wish && select(from, state, wish)
      if (choice === undefined) throw new Error('no target')
      const seat = commit(state, choice)
      if (underWay === 0) {
        release(seat)
        continue
      }
      const oldest = open[at]
      if (oldest !== undefined) release(oldest)
      open[at] = seat
      at = (at + 1) % underWay
    }
  }
  run()
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - start) / PICKS
  })
  return Math.round(times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0)
}

console.log('| policy | 10 idle | 10 busy | 200 idle | 200 busy |')
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const policy of POLICIES) {
  const cells = [10, 200].flatMap(count =>
    [0, UNDER_WAY].map(underWay => nanoseconds(policy, count, underWay)),
  )
  console.log(`| ${policy} | ${cells.join(' | ')} |`)
}
