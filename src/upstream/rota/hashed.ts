// The same key, the same target. The key falls into one of so many slots, and each slot belongs to the target that wins it: by
// rendezvous (highest random weight) among those available. So a target that goes, or can't serve, gives up its own slots and moves
// no other key, one that comes takes only what it wins, and a weight that changes moves as little. Who owns a slot depends on nothing
// but the keys and weights of the targets: not on their order, not on what was before, and it is the same on every machine.
import { type Hashing, hashKey } from '../hash-key.ts'
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import type { Wish } from '../wish.ts'
import { Rota } from './rota.ts'
import { Rotation } from './rotation.ts'
import { mix, textHash } from './scatter.ts'

const NOBODY = -1

export class Hashed extends Rota {
  private readonly hashing: Hashing
  /** By slot: the place of its owner, found out when the slot is first asked for. */
  private readonly owners: Int32Array
  private readonly hashes: readonly number[]
  /** For requests without a key. */
  private readonly rotation: Rotation

  constructor(hashing: Hashing, group: Group, seats: readonly Seat[], before: Rota | undefined) {
    super(group, seats)
    this.hashing = hashing
    this.owners = new Int32Array(hashing.slots).fill(NOBODY)
    this.hashes = seats.map(({ key }) => textHash(key))
    this.rotation = new Rotation(seats, before instanceof Hashed ? before.rotation : undefined)
  }

  next({ facts }: Wish): number {
    const { on, fallback, slots } = this.hashing
    const key = hashKey(on, facts) ?? hashKey(fallback, facts)
    this.wasTurn = key === undefined
    if (key === undefined) return this.rotation.turn
    const slot = Math.floor((textHash(key) / 2 ** 32) * slots)
    const owner = this.owners[slot] ?? NOBODY
    if (owner !== NOBODY) return owner
    const found = this.winnerOf(slot)
    this.owners[slot] = found
    return found
  }

  override took(place: number): void {
    this.rotation.passed(place)
  }

  /** Everybody draws a number for the slot; -ln(u) / weight is least with the probability that the weight asks for. */
  private winnerOf(slot: number): number {
    const drawn = mix(slot + 1)
    let winner = 0
    let least = Number.POSITIVE_INFINITY
    for (const [place, { weight }] of this.seats.entries()) {
      const u = (mix((this.hashes[place] ?? 0) ^ drawn) + 0.5) / 2 ** 32
      const score = -Math.log(u) / weight
      if (score >= least) continue
      least = score
      winner = place
    }
    return winner
  }
}
