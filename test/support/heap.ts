// What a running program keeps in memory, garbage aside.
import { fileURLToPath } from 'node:url'
import type { HeapLine } from './heap-hook.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

/** Flags of node for a program that is to be measured. */
export const MEASURED: readonly string[] = [
  '--expose-gc',
  '--import',
  fileURLToPath(new URL('heap-hook.ts', import.meta.url)),
]

/** Collects garbage in a program started with `MEASURED` and tells what is left, in bytes. */
export async function heapOf(world: World): Promise<HeapLine> {
  const before = world.told('test/heap')
  world.signal('SIGUSR2')
  await until('the heap is measured', () => world.told('test/heap') > before)
  return world.events.findLast(line => line.event === 'test/heap') as unknown as HeapLine
}
