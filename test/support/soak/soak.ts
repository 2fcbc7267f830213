// Many visitors at once who ask for everything, some of whom, and some of whose origins, break off; and a count of what went wrong.
import { type Chance, chance } from '../chance.ts'
import type { Visitor } from '../raw.ts'
import { type Step, stepOf } from './step.ts'
import { take } from './visitor.ts'
import { talk } from './websocket.ts'

/** A way in, over which steps are taken by visitors with kept connections. */
export interface Way {
  readonly name: string
  /** Of an origin that echoes messages. */
  readonly webSocketUrl: string
  open(): Promise<Visitor>
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

/** Runs until all steps are taken and every connection of its visitors is gone. */
export async function soak(how: Soak): Promise<SoakTally> {
  const taken: Record<string, number> = {}
  const faults: string[] = []
  let next = 0

  async function visitor(way: Way, dice: Chance): Promise<void> {
    let kept: Visitor | undefined
    while (next < how.steps) {
      const n = next++
      const step = stepOf(n, dice)
      const name = `${way.name}, ${kindOf(step)}`
      try {
        if (step.kind === 'websocket' && step.visitor === undefined) {
          await talk(way.webSocketUrl, n, dice)
        } else {
          kept ??= await way.open()
          const fate = await take(kept, step, dice)
          if (fate === 'over' || dice.oneIn(30)) {
            kept.socket.destroy()
            kept = undefined
          }
        }
        taken[name] = (taken[name] ?? 0) + 1
      } catch (error) {
        faults.push(`${name} ${n}: ${error instanceof Error ? error.message : String(error)}`)
        kept?.socket.destroy()
        kept = undefined
      }
      how.onStep()
    }
    kept?.socket.destroy()
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
