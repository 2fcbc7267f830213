// A piece of YAML with its positions: what the document reads when a token is out of the ordinary, and when a place is asked for.

/** Offsets in the text: where it starts, and the first one past its text. */
export type Span = readonly [start: number, end: number]

export type Node =
  | {
      readonly kind: 'scalar'
      readonly value: unknown
      /** The text it was resolved from, quotes and folds undone. */
      readonly source: string
      readonly span: Span
      readonly anchor: string | undefined
    }
  | {
      readonly kind: 'map'
      readonly entries: readonly { readonly key: Node; readonly value: Node }[]
      readonly span: Span
      readonly anchor: string | undefined
    }
  | {
      readonly kind: 'list'
      readonly items: readonly Node[]
      readonly span: Span
      readonly anchor: string | undefined
    }
  | { readonly kind: 'alias'; readonly name: string; readonly span: Span; readonly anchor: undefined }

/** The text of a key, when a node can be one. */
export function keyText(key: Node): string | undefined {
  if (key.kind !== 'scalar' || key.source.includes('\n')) return undefined
  return key.source !== '' || key.value === '' ? key.source : undefined
}

/** The span of what the steps lead to, or of the last thing on the way that is there. An alias ends the way: it is the place of use. */
export function find(root: Node, steps: readonly string[], on: 'key' | 'value'): Span {
  let node = root
  let key: Span | undefined
  for (const step of steps) {
    if (node.kind === 'map') {
      const entry = node.entries.find(({ key }) => keyText(key) === step)
      if (entry === undefined) return key ?? node.span
      key = entry.key.span
      node = entry.value
    } else if (node.kind === 'list') {
      const item = node.items[Number(step)]
      if (item === undefined) break
      key = undefined
      node = item
    } else break
  }
  const isEmpty = node.span[0] === node.span[1]
  return key !== undefined && (on === 'key' || isEmpty) ? key : node.span
}
