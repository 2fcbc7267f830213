// From a pointer to a place: the entry it leads into is read again, with its positions.
import type { Place } from '../base/diagnostic.ts'
import { type Pointer, steps } from '../base/pointer.ts'
import type { Lines } from './lines.ts'
import { find, type Node } from './node.ts'
import type { Segments } from './segments.ts'

/** A map with positions, and the way to it from the top. */
export interface Holder {
  readonly path: readonly string[]
  readonly node: Node
}

export interface Places {
  /** The place of what a pointer leads to, or of the last thing on the way that is there. */
  locate(at: Pointer, on: 'key' | 'value'): Place
  /** Maps that together hold whatever reaches into `[start, end)`. */
  around(start: number, end: number): readonly Holder[]
}

const MOST_KEPT = 64

/** Places in a text; `read` reads `[start, end)` of it. Of a text that is one flow collection (JSON) there are no segments. */
export function placesOf(
  lines: Lines,
  segments: Segments,
  read: (start: number, end: number) => Node,
): Places {
  const kept = new Map<number, Node>()
  let whole: Node | undefined

  function wholeHolder(): Holder {
    whole ??= read(0, Number.MAX_SAFE_INTEGER)
    return { path: [], node: whole }
  }

  /** The map of one entry that is read from the entry's own lines. */
  function holderOf(path: readonly string[]): Holder {
    const [start, end] = segments.extent(path) ?? []
    if (start === undefined || end === undefined) return wholeHolder()
    // Whole lines, so that the indent is there.
    const node = kept.get(start) ?? read(lines.startOf(lines.lineAt(start)), lines.startOf(lines.lineAt(end)))
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(start, node)
    const isIt = node.kind === 'map' && node.entries[0]?.key.span[0] === start
    return isIt ? { path: path.slice(0, -1), node } : wholeHolder()
  }

  function locate(at: Pointer, on: 'key' | 'value'): Place {
    const way = steps(at)
    if (way.length === 0) return lines.place(0, 0)
    const path = [way.slice(0, 2), way.slice(0, 1)].find(part => segments.keyOf(part) !== undefined)
    const key = path && segments.keyOf(path)
    if (path !== undefined && key !== undefined) {
      const isKey = way.length === path.length && on === 'key'
      // A map that holds entries may be most of the file: it is shown by its key.
      if (isKey || segments.holds(path)) return lines.place(...key)
    } else if (!segments.isEmpty()) return lines.place(0, 0)
    const holder = holderOf(path ?? [])
    return lines.place(...find(holder.node, way.slice(holder.path.length), on))
  }

  return {
    locate,
    around: (start, end) =>
      segments.isEmpty() ? [wholeHolder()] : segments.within(start, end).map(holderOf),
  }
}
