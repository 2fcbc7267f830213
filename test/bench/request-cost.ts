// What the whole program does for one kept request: counts that don't depend on who else is using the machine.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { median } from './figures.ts'
import { PROXY_CORE, start } from './tools.ts'

export interface RequestCost {
  /** System calls that read and write. */
  readonly reads: number
  readonly writes: number
  /** Of heap. */
  readonly bytes: number
}

export interface Asking {
  /** Where files are put, and what they are called. */
  readonly dir: string
  readonly name: string
  /** The file, with a listener on this port. */
  readonly config: string
  readonly port: number
  /** As sent; answered with 200. */
  readonly request: string
}

const SOME = 1000

/** The median of nine rounds of a thousand requests, after twenty thousand. */
export async function requestCost({ dir, name, config, port, request }: Asking): Promise<RequestCost> {
  const file = join(dir, `${name}.yaml`)
  const output = join(dir, `${name}.out`)
  writeFileSync(file, config)
  // Nothing is collected between two looks at a young generation of this size.
  const flags = ['--max-semi-space-size=256', '--min-semi-space-size=256', '--import', beside('heap-hook.ts')]
  const command = [process.execPath, ...flags, beside('../../src/launch.js'), 'run', '-c', file]
  await using program = await start({ core: PROXY_CORE, command, ports: [port], output, cwd: dir })
  await using visitor = await visit({ port })
  const ask = async (times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn++) {
      await visitor.send(request)
      const { status } = await visitor.answer()
      if (status !== 200) throw new Error(`answered ${status}`)
    }
  }
  const heaps = (): number[] =>
    [...readFileSync(output, 'utf8').matchAll(/heap (\d+)/g)].map(found => Number(found[1]))
  const look = async (): Promise<RequestCost> => {
    const before = heaps().length
    process.kill(program.pid, 'SIGUSR2')
    await until('the heap is told', () => heaps().length > before)
    const calls = readFileSync(`/proc/${program.pid}/io`, 'utf8')
    const called = (word: string): number => Number(new RegExp(`${word}: (\\d+)`).exec(calls)?.[1])
    return { reads: called('syscr'), writes: called('syscw'), bytes: heaps().at(-1) ?? Number.NaN }
  }
  await ask(20_000)
  const uses: RequestCost[] = []
  for (let round = 0; round < 9; round++) {
    const before = await look()
    await ask(SOME)
    const after = await look()
    uses.push({
      reads: (after.reads - before.reads) / SOME,
      writes: (after.writes - before.writes) / SOME,
      bytes: (after.bytes - before.bytes) / SOME,
    })
  }
  const middle = (of: keyof RequestCost): number => median(uses.map(use => use[of]))
  return { reads: middle('reads'), writes: middle('writes'), bytes: middle('bytes') }
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
