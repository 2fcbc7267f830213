// Many visitors at once who ask for everything, some of whom, and some of whose origins, break off; and a count of what went wrong.
import { type Chance, chance } from '../chance.ts'
import type { Fate, Guest } from './guest.ts'
import { type Step, stepOf } from './step.ts'
import { talk } from './websocket.ts'

/** A way in, over which steps are taken by visitors with kept connections. */
export interface Way {
  readonly name: string
  open(): Promise<Guest>
}

export interface Soak {
  readonly ways: readonly Way[]
  readonly steps: number
  /** Visitors at the same time. */
  readonly visitors: number
  readonly seed: number
  /** Told after every step. */
  onStep(): void
}

export interface SoakTally {
  /** Steps that ended as they had to, by way and kind or by who broke off. */
  readonly taken: Readonly<Record<string, number>>
  /** One line per step that didn't. */
  readonly faults: readonly string[]
}

function kindOf(step: Step): string {
  if (step.visitor !== undefined) return `visitor left ${step.visitor}`
  return step.origin === undefined ? step.kind : `origin: ${step.origin}`
}

async function takeOrTalk(guest: Guest, step: Step, dice: Chance): Promise<Fate> {
  if (step.kind !== 'websocket' || step.visitor !== undefined) return await guest.take(step, dice)
  await talk(await guest.openWebSocket(), step.n, dice)
  return 'kept'
}

/** Runs until all steps are taken and every connection of its visitors is gone. */
export async function soak(how: Soak): Promise<SoakTally> {
  const taken: Record<string, number> = {}
  const faults: string[] = []
  let next = 0

  async function visitor(way: Way, dice: Chance): Promise<void> {
    let kept: Guest | undefined
    const leave = (): void => {
      kept?.drop()
      kept = undefined
    }
    while (next < how.steps) {
      const n = next++
      const step = stepOf(n, dice)
      const name = `${way.name}, ${kindOf(step)}`
      try {
        kept ??= await way.open()
        const fate = await takeOrTalk(kept, step, dice)
        if (fate === 'over' || dice.oneIn(30)) leave()
        taken[name] = (taken[name] ?? 0) + 1
      } catch (error) {
        faults.push(`${name} ${n}: ${error instanceof Error ? error.message : String(error)}`)
        leave()
      }
      how.onStep()
    }
    leave()
  }

  await Promise.all(
    Array.from({ length: how.visitors }, (_, n) => {
      const way = how.ways[n % how.ways.length]
      if (way === undefined) throw new Error('a soak without a way in')
      return visitor(way, chance(how.seed + n))
    }),
  )
  return { taken, faults }
}
