// How many generated cases to run, and from which seed: a taste by default, a million with P2PSTREAM_PROVE=full.
import { randomInt } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Comparison } from './compare-requests.ts'

const TASTE = 50_000
const FULL = 1_000_000
/** Cases between two turns of the event loop, in which Node's sockets close. */
const ROUND = 250

export interface Campaign {
  readonly cases: number
  /** The seed of each case, in turn. */
  seeds(): AsyncGenerator<number>
  /** The same, many at a time. */
  rounds(): AsyncGenerator<readonly number[]>
}

/** P2PSTREAM_SEED repeats a run from there; the full proof starts somewhere new each time. */
export function campaign(env: NodeJS.ProcessEnv = process.env): Campaign {
  const isFull = env['P2PSTREAM_PROVE'] === 'full'
  const first = Number(env['P2PSTREAM_SEED'] ?? (isFull ? randomInt(2 ** 31) : 1))
  const cases = isFull ? FULL : TASTE
  async function* rounds(): AsyncGenerator<readonly number[]> {
    for (let index = 0; index < cases; index += ROUND) {
      yield Array.from({ length: ROUND }, (_, offset) => first + index + offset)
      await turn()
    }
  }
  async function* seeds(): AsyncGenerator<number> {
    for await (const round of rounds()) yield* round
  }
  return { cases, seeds, rounds }
}

/** What a campaign has come to. */
export class Tally {
  readonly differences = new Set<string>()
  private agreed = 0
  private refused = 0

  add(result: Comparison): void {
    this.agreed += result.agreed
    if (result.nodeRefused) this.refused++
    if (result.difference !== undefined) this.differences.add(result.difference)
  }

  /** The cases must be worth something: neither nearly all broken nor nearly all good. */
  expectWorth(cases: number): void {
    expect(this.agreed).toBeGreaterThan(cases / 4)
    expect(this.refused).toBeGreaterThan(cases / 4)
  }
}
