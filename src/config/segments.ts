// Where the entries of the top map, and of the maps right under it, stand in a text: enough to read any one of them again
// when a place inside it is asked for, so that no position of a large file has to be kept.
import type { Span } from './node.ts'

export interface Segments {
  /** Notes an entry's key; the first one of a name stays. */
  add(path: readonly string[], key: Span): void
  isEmpty(): boolean
  keyOf(path: readonly string[]): Span | undefined
  /** Whether entries of the entry are noted too. */
  holds(path: readonly string[]): boolean
  /** From the key of the entry to the key of the next one that isn't inside it. */
  extent(path: readonly string[]): Span | undefined
  /** The paths of the entries that reach into `[start, end)`, without those that only hold others. */
  within(start: number, end: number): readonly (readonly string[])[]
}

interface Entry {
  readonly key: Span
  readonly inside: Map<string, Span>
}

/** Segments of a text of the given length. */
export function openSegments(length: number): Segments {
  const roots = new Map<string, Entry>()
  let order: { readonly path: readonly string[]; readonly start: number }[] | undefined

  function inOrder(): { readonly path: readonly string[]; readonly start: number }[] {
    order ??= [...roots]
      .flatMap(([name, { key, inside }]) => [
        { path: [name], start: key[0] },
        ...[...inside].map(([child, span]) => ({ path: [name, child], start: span[0] })),
      ])
      .sort((a, b) => a.start - b.start)
    return order
  }

  function extent(path: readonly string[]): Span | undefined {
    const key = keyOf(path)
    if (key === undefined) return undefined
    const all = inOrder()
    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle]?.start ?? 0) <= key[0]) low = middle + 1
      else high = middle
    }
    const next = path.length === 1 ? all.slice(low).find(entry => entry.path.length === 1) : all[low]
    return [key[0], next?.start ?? length]
  }

  function keyOf([root = '', child]: readonly string[]): Span | undefined {
    const entry = roots.get(root)
    return child === undefined ? entry?.key : entry?.inside.get(child)
  }

  return {
    isEmpty: () => roots.size === 0,
    keyOf,
    extent,
    holds: ([root = '', ...more]) => more.length === 0 && (roots.get(root)?.inside.size ?? 0) > 0,
    add([root = '', child], key) {
      order = undefined
      const entry = roots.get(root)
      if (child === undefined) {
        if (entry === undefined) roots.set(root, { key, inside: new Map() })
      } else if (entry !== undefined && !entry.inside.has(child)) entry.inside.set(child, key)
    },
    within(start, end) {
      const all = inOrder()
      return all
        .filter((entry, index) => entry.start < end && (all[index + 1]?.start ?? length) > start)
        .map(({ path }) => path)
    },
  }
}
