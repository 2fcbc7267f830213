// The rota of a policy.
import type { Seat } from '../seat.ts'
import type { Group, Pool } from '../target.ts'
import { PowerOfTwo, Uniform, Weighted } from './chance.ts'
import { Hashed } from './hashed.ts'
import { LeastActive, WeightedLeastActive } from './least-active.ts'
import { PeakEwma } from './peak-ewma.ts'
import type { Rota } from './rota.ts'
import { RoundRobin } from './round-robin.ts'
import { Smooth } from './smooth.ts'

/** Makes the rota of a group over the seats that are available, under the pool's policy; what it can, it takes over from the one `before`. */
export function makeRota(pool: Pool, group: Group, seats: readonly Seat[], before: Rota | undefined): Rota {
  switch (pool.loadBalancing) {
    case 'round_robin':
      return new RoundRobin(group, seats, before)
    case 'weighted_round_robin':
      return new Smooth(group, seats)
    case 'random':
      return new Uniform(group, seats)
    case 'weighted_random':
      return new Weighted(group, seats)
    case 'least_active_requests':
      return new LeastActive(group, seats, before)
    case 'weighted_least_active_requests':
      return new WeightedLeastActive(group, seats)
    case 'hash':
      if (pool.hashing === undefined) throw new Error(`pool ${pool.id} hashes on nothing`)
      return new Hashed(pool.hashing, group, seats, before)
    case 'power_of_two':
      return new PowerOfTwo(group, seats)
    case 'peak_ewma':
      return new PeakEwma(group, seats)
  }
}
