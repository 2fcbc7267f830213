// A configuration becomes live together with the door it asks for, or not at all.
import type { Engine } from '../engine/engine.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { ManagementDoor } from './door.ts'

/** The engine as a reload sees it: what it adopts, the door follows. */
export function withDoor(
  engine: Engine,
  door: ManagementDoor,
): Pick<Engine, 'adopt' | 'current' | 'generation'> {
  return {
    async adopt(next: Snapshot) {
      const prepared = await door.prepare(next)
      if (!prepared.ok) return prepared
      const adoption = await engine.adopt(next)
      if (adoption.ok) prepared.commit()
      else await prepared.abandon()
      return adoption
    },
    get current() {
      return engine.current
    },
    get generation() {
      return engine.generation
    },
  }
}
