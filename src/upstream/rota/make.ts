// The rota of a policy.
import type { Seat } from '../seat.ts'
import type { Group, LoadBalancing } from '../target.ts'
import type { Rota } from './rota.ts'
import { RoundRobin } from './round-robin.ts'
import { Smooth } from './smooth.ts'

/** Makes the rota of a group over the seats that are available; what it can, it takes over from the one `before`. */
export function makeRota(
  policy: LoadBalancing,
  group: Group,
  seats: readonly Seat[],
  before: Rota | undefined,
): Rota {
  switch (policy) {
    case 'round_robin':
      return new RoundRobin(group, seats, before)
    case 'weighted_round_robin':
      return new Smooth(group, seats)
  }
}
