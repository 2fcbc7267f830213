// Round robin: one after the other, whatever the weights.
import type { Seat } from '../seat.ts'
import type { Group } from '../target.ts'
import { Rota } from './rota.ts'
import { Rotation } from './rotation.ts'

export class RoundRobin extends Rota {
  private readonly rotation: Rotation

  constructor(group: Group, seats: readonly Seat[], before: Rota | undefined) {
    super(group, seats)
    this.rotation = new Rotation(seats, before instanceof RoundRobin ? before.rotation : undefined)
  }

  next(): number {
    return this.rotation.turn
  }

  override took(place: number): void {
    this.rotation.passed(place)
  }
}
