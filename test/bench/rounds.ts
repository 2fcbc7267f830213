// One load for all proxies in turns, again and again, so that what disturbs the machine disturbs them alike.
import { cpuNanoseconds } from '../support/process-figures.ts'
import { blow } from './blow.ts'
import { median } from './figures.ts'
import type { Load } from './loads.ts'
import type { Runner } from './runners.ts'

/** Seconds of a load before it is measured: machine code that is made while a program runs is there by then. */
const WARM_UP = 3

export interface Effort {
  readonly dir: string
  readonly rounds: number
  /** Of one run. */
  readonly seconds: number
  /** Told once for each proxy that failed, and has no figures for this load. */
  lose(runner: Runner, why: string): void
}

async function microsPerRequest(runner: Runner, load: Load, dir: string, seconds: number): Promise<number> {
  const port = load.protocol === 'http' ? runner.stand.port : runner.stand.tlsPort
  const before = cpuNanoseconds(runner.started.pid)
  const { requests, errors } = await blow(dir, port, load, seconds)
  const spent = cpuNanoseconds(runner.started.pid) - before
  if (errors > 0) throw new Error(`it failed ${errors} of ${requests} requests of ${load.name}`)
  return spent / 1000 / requests
}

/**
 * Nobody always runs behind the same one, whose closed connections and cold caches are left to who comes next, nor twice in a
 * row, which would find its own still warm.
 */
function nextOrder(runners: readonly Runner[], last: Runner | undefined): readonly Runner[] {
  const order = runners
    .map(runner => ({ runner, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ runner }) => runner)
  return order.length > 1 && order[0] === last ? [...order.slice(1), ...order.slice(0, 1)] : order
}

/** CPU microseconds per request by proxy; a round in which the first is far off its own median says more about the machine and is repeated. */
export async function rounded(
  runners: readonly Runner[],
  load: Load,
  effort: Effort,
): Promise<ReadonlyMap<Runner, readonly number[]>> {
  const able = runners.filter(runner => runner.speaks.has(load.protocol))
  const [first] = able
  if (first === undefined) return new Map()
  const taken: Map<Runner, number>[] = []
  const lost = new Set<Runner>()
  let last: Runner | undefined
  const round = async (): Promise<void> => {
    const one = new Map<Runner, number>()
    for (const runner of nextOrder(able, last)) {
      if (lost.has(runner)) continue
      last = runner
      try {
        one.set(runner, await microsPerRequest(runner, load, effort.dir, effort.seconds))
      } catch (error) {
        lost.add(runner)
        effort.lose(runner, error instanceof Error ? error.message : String(error))
      }
    }
    taken.push(one)
  }
  const isOff = (one: Map<Runner, number>): boolean => {
    const middle = median(taken.map(other => other.get(first) ?? Number.NaN))
    return Math.abs((one.get(first) ?? middle) / middle - 1) > 0.15
  }
  for (const runner of able) await microsPerRequest(runner, load, effort.dir, WARM_UP).catch(() => undefined)
  while (taken.length < effort.rounds) await round()
  for (let spare = effort.rounds; spare > 0 && taken.some(isOff); spare--) {
    taken.splice(taken.findIndex(isOff), 1)
    await round()
  }
  const left = able.filter(runner => !lost.has(runner))
  return new Map(left.map(runner => [runner, taken.map(one => one.get(runner) ?? Number.NaN)]))
}
