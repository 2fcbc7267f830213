// Long work done a few milliseconds at a time, so that requests are served in between.
import type { Clock } from './clock.ts'

/** Milliseconds before the others get their turn. */
const SLICE = 4

/** Runs a stepwise computation to its end; `breathe` lets others run. */
export async function inSlices<T>(
  steps: Iterator<unknown, T>,
  clock: Pick<Clock, 'now'>,
  breathe: () => Promise<void>,
): Promise<T> {
  let began = clock.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (clock.now() - began < SLICE) continue
    await breathe()
    began = clock.now()
  }
}
