// What becomes of the current weights of smooth weighted round robin when a pool is edited.
import type { Seat } from './seat.ts'
import type { Pool } from './target.ts'

/**
 * Current weights sum up to about nothing, and none is past twice the sum of the weights. Where members left, their part is taken off those
 * who stay, which changes nothing between them; where weights shrank, so do the current ones, lest somebody has thousands of turns
 * to get or to give. Who wasn't there before starts at 0. `before` is the pool that the seats stood in, `pool` the one they will.
 */
export function settle(seats: readonly Seat[], before: Pool | undefined, pool: Pool): void {
  /** By key: the sum of weights in whose bounds the current one is. */
  const known = new Map<string, number>()
  for (const { members, totalWeight } of before?.groups ?? [])
    for (const { key } of members) known.set(key, totalWeight)
  for (const { members, totalWeight: total } of pool.groups) {
    const staying: Seat[] = []
    let old = 0
    for (const { index, key } of members) {
      const seat = seats[index]
      const was = known.get(key)
      if (seat === undefined) continue
      if (was === undefined) seat.current = 0
      else {
        staying.push(seat)
        old = Math.max(old, was)
      }
    }
    const mean = Math.trunc(staying.reduce((sum, { current }) => sum + current, 0) / (staying.length || 1))
    const share = total < old ? total / old : 1
    for (const seat of staying) seat.current = Math.trunc((seat.current - mean) * share)
  }
}
