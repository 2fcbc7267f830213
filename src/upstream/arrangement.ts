// The seats of one compiled pool, and whose turn it is in each of its groups.
import { settle } from './credit.ts'
import { makeRota } from './rota/make.ts'
import type { Rota } from './rota/rota.ts'
import type { Seat } from './seat.ts'
import type { Group, Pool } from './target.ts'

/** Mutable State: rotas change when targets become available or cease to be. */
export interface Arrangement {
  readonly pool: Pool
  /** By `target.index`. */
  readonly seats: readonly Seat[]
  /** By position in `pool.groups`. */
  readonly rotas: Rota[]
  /** The rota that serves: that of the lowest group with an available target. */
  serving: Rota | undefined
}

/** Seats the targets of a pool. Rotas go on where those of the same priority stood `before`. */
export function arrange(
  pool: Pool,
  seatOf: (key: string) => Seat,
  before: Arrangement | undefined,
): Arrangement {
  const seats = pool.targets.map(target => {
    const seat = seatOf(target.key)
    seat.rest()
    seat.index = target.index
    seat.weight = target.weight
    return seat
  })
  settle(seats, before?.pool, pool)
  const rotas = pool.groups.map(group => {
    const place = before?.pool.groups.findIndex(({ priority }) => priority === group.priority) ?? -1
    return rotaOf(pool, group, seats, before?.rotas[place])
  })
  return { pool, seats, rotas, serving: servingOf(rotas) }
}

/** Makes the rota of a target's group anew, because its availability has changed. */
export function rearrange(arrangement: Arrangement, seat: Seat): void {
  const { pool, seats, rotas } = arrangement
  const target = pool.targets[seat.index]
  const place = pool.groups.findIndex(({ priority }) => priority === target?.priorityGroup)
  const group = pool.groups[place]
  if (group === undefined) return
  rotas[place] = rotaOf(pool, group, seats, rotas[place])
  arrangement.serving = servingOf(rotas)
}

function rotaOf(pool: Pool, group: Group, seats: readonly Seat[], before: Rota | undefined): Rota {
  const available: Seat[] = []
  for (const { index } of group.members) {
    const seat = seats[index]
    seat?.rest()
    if (seat?.isAvailable) available.push(seat)
  }
  return makeRota(pool, group, available, before)
}

function servingOf(rotas: readonly Rota[]): Rota | undefined {
  return rotas.find(({ seats }) => seats.length > 0)
}
