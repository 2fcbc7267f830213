// Takes the entries of the maps right under the top as soon as the parser has completed them: a file of any length holds only a
// few tokens at a time. Measured on 100,000 routes: 1.4 GiB of heap when everything is kept, a tenth of it this way.
import type { Item, Lexeme, Token } from './cst.ts'
import type { Node, Span } from './node.ts'
import type { Report } from './report.ts'
import type { Segments } from './segments.ts'
import type { Tree } from './tree.ts'

export interface Harvest {
  /** Looks at a parser that hasn't come to its end. */
  some(stack: readonly Token[], stream: readonly Token[]): void
  /** The value of the whole stream, with what was taken before in its place. */
  rest(stream: readonly Token[]): unknown
}

export interface HarvestParts {
  readonly tree: Tree
  readonly segments: Segments
  readonly report: Report
  readonly compose: (stream: readonly Token[]) => Node | undefined
}

/** The parser may still attach a comment to the entry before the last. */
const KEPT = 3

const isDocument = ({ type }: Token): boolean => type === 'document'

/** No anchor or tag stands before the top map. */
function isBare(document: Token | undefined): boolean {
  const start = (document?.start ?? []) as readonly Lexeme[]
  return start.every(({ type }) => type !== 'anchor' && type !== 'tag')
}

function keySpan(item: Item): Span {
  const start = item.key?.offset ?? 0
  return [start, start + (item.key?.source?.length ?? 0)]
}

/** An empty harvest. */
export function openHarvest({ tree, segments, report, compose }: HarvestParts): Harvest {
  /** By the entry of the top map: its name, and its value so far. */
  const taken = new Map<Item, { readonly name: string; readonly values: Record<string, unknown> }>()

  /** A name that stands twice is left to the end, where both are seen. */
  function open(top: Token, item: Item): { name: string; values: Record<string, unknown> } | undefined {
    const name = tree.keyOf(item, top.indent)
    if (name === undefined || name === '__proto__') return undefined
    if (top.items?.some(other => other !== item && tree.keyOf(other, top.indent) === name)) return undefined
    segments.add([name], keySpan(item))
    const entry = { name, values: {} }
    taken.set(item, entry)
    return entry
  }

  function some([document, top, map]: readonly Token[], stream: readonly Token[]): void {
    if (map?.type !== 'block-map' || top?.type !== 'block-map') return
    if (!isBare(document) || stream.some(isDocument)) return
    const item = top.items?.at(-1)
    const items = map.items as Item[]
    if (item === undefined || items.length <= KEPT) return
    const entry = taken.get(item) ?? open(top, item)
    if (entry === undefined) return
    tree.take(items.splice(0, items.length - KEPT), map.indent, [entry.name], entry.values)
  }

  function rest(stream: readonly Token[]): unknown {
    const [first, second] = stream.filter(isDocument)
    if (second !== undefined) {
      const help = 'one file holds one document'
      report.broken('yaml/documents', 'a second document starts here', second.offset, second.offset + 3, help)
      return undefined
    }
    const top = first?.value
    if (top?.type !== 'block-map' || !isBare(first)) {
      const node = compose(stream)
      return node === undefined || report.isBroken() ? undefined : tree.whole(node)
    }
    const root: Record<string, unknown> = {}
    for (const item of top.items ?? []) {
      const entry = taken.get(item)
      if (entry === undefined) {
        tree.take([item], top.indent, [], root)
        continue
      }
      tree.take(item.value?.items ?? [], item.value?.indent, [entry.name], entry.values)
      root[entry.name] = entry.values
    }
    // What surrounds the map has mistakes of its own: marks, comments, whatever follows it.
    compose(stream.map(token => (token === first ? { ...token, value: { ...top, items: [] } } : token)))
    return root
  }

  return { some, rest }
}
