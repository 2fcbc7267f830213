// The order in which routes are tried, and a sort that can pause.
import type { Route } from './snapshot.ts'

/** Negative when `a` is tried before `b`: priority, then id by code points (ids are ASCII); default routes come last. */
export function evaluationOrder(a: Route, b: Route): number {
  if (a.isDefault !== b.isDefault) return a.isDefault ? 1 : -1
  if (!a.isDefault && a.priority !== b.priority) return a.priority - b.priority
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

const RUN = 256

/**
 * Sorts like `toSorted`, pausing about every millisecond: 100,000 routes take some 60 ms, which no request should wait for.
 * Runs are sorted at once and merged pairwise.
 */
export function* sortSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, readonly T[]> {
  let from: T[] = []
  for (let at = 0; at < items.length; at += RUN) {
    from.push(...items.slice(at, at + RUN).sort(compare))
    yield
  }
  for (let width = RUN; width < items.length; width *= 2) {
    const into: T[] = []
    for (let at = 0; at < from.length; at += 2 * width) {
      yield* mergeSteps(from, at, at + width, Math.min(at + 2 * width, from.length), compare, into)
    }
    from = into
  }
  return from
}

function* mergeSteps<T>(
  from: readonly T[],
  start: number,
  middle: number,
  end: number,
  compare: (a: T, b: T) => number,
  into: T[],
): Generator<void> {
  let left = start
  let right = Math.min(middle, end)
  const stop = right
  while (left < stop || right < end) {
    if (into.length % 4096 === 4095) yield
    const a = from[left]
    const b = from[right]
    const takesLeft =
      right >= end || (left < stop && a !== undefined && b !== undefined && compare(a, b) <= 0)
    const taken = takesLeft ? a : b
    if (taken !== undefined) into.push(taken)
    if (takesLeft) left++
    else right++
  }
}
