// From tokens and nodes to plain values: duplicate keys, aliases, depth, and the texts that hold `${`.
import type { Diagnostic } from '../base/diagnostic.ts'
import { pointer } from '../base/pointer.ts'
import type { Item, Token } from './cst.ts'
import type { Lines } from './lines.ts'
import { keyText, type Node, type Span } from './node.ts'
import { isNoEntry, type PlainParts, plainReader, UNUSUAL } from './plain.ts'
import type { Segments } from './segments.ts'

/** A text with `${` in it, and who holds it. */
export interface Site {
  readonly steps: readonly (string | number)[]
  readonly owner: object
  readonly key: string | number
}

type Values = Record<string, unknown>

export interface Tree {
  /** Reads entries of a block map into `into`; `path` leads to the map. */
  take(items: readonly Item[], indent: number | undefined, path: readonly string[], into: Values): void
  /** The key of an entry, when it is an ordinary one. */
  keyOf(item: Item, indent: number | undefined): string | undefined
  /** Reads a whole text that isn't a block map. */
  whole(node: Node): unknown
  readonly sites: readonly Site[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface TreeParts extends Pick<PlainParts, 'scalar' | 'core'> {
  readonly lines: Lines
  readonly segments: Segments
  /** The library's reading of a stream of tokens. */
  readonly compose: (stream: readonly Token[]) => Node | undefined
}

const MOST_DEEP = 64
/** All that aliases may add, in values. */
const MOST_ALIASED = 100_000

/** A plain object that holds exactly the own keys it is given, `__proto__` among them. */
export function put(owner: object, key: string | number, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true })
}

/** An empty tree. */
export function openTree({ lines, segments, compose, scalar, core }: TreeParts): Tree {
  const sites: Site[] = []
  const diagnostics: Diagnostic[] = []
  const anchors = new Map<string, { readonly value: unknown } | undefined>()
  let aliased = 0
  const plain = plainReader({
    scalar,
    core,
    found: (steps, owner, key) => sites.push({ steps: [...steps], owner, key }),
  })

  function report(
    code: Diagnostic['code'],
    message: string,
    span: Span,
    steps: readonly (string | number)[],
  ): void {
    diagnostics.push({
      code,
      severity: 'error',
      message,
      at: pointer(...steps),
      on: 'value',
      place: lines.place(...span),
    })
  }

  function duplicate(name: string, first: Span, again: Span, steps: readonly (string | number)[]): void {
    const at = pointer(...steps)
    diagnostics.push({
      code: 'yaml/duplicate-key',
      severity: 'error',
      message: `the key "${name}" is written twice in one map`,
      at,
      on: 'key',
      place: lines.place(...again),
      related: [{ at, on: 'key', message: 'first written here', place: lines.place(...first) }],
    })
  }

  /** A copy of what an alias stands for; every `${` in it is a site of its own. */
  function copy(value: unknown, steps: (string | number)[]): unknown {
    if (++aliased > MOST_ALIASED || value === null || typeof value !== 'object') return value
    const result: object = Array.isArray(value) ? [] : {}
    for (const [key, member] of Object.entries(value)) {
      steps.push(key)
      put(result, key, copy(member, steps))
      if (typeof member === 'string' && member.includes('${'))
        sites.push({ steps: [...steps], owner: result, key })
      steps.pop()
    }
    return result
  }

  function alias(name: string, span: Span, steps: (string | number)[]): unknown {
    const anchor = anchors.get(name)
    if (anchor === undefined) {
      const why = anchors.has(name) ? 'stands inside of what it repeats' : 'has no anchor before it'
      report('yaml/alias', `the alias "*${name}" ${why}`, span, steps)
      return null
    }
    const before = aliased
    const value = copy(anchor.value, steps)
    if (aliased > MOST_ALIASED && before <= MOST_ALIASED)
      report('yaml/alias', `aliases repeat more than ${MOST_ALIASED} values`, span, steps)
    return value
  }

  function read(node: Node, steps: (string | number)[], owner: object, name: string | number): unknown {
    if (node.kind === 'alias') {
      const value = alias(node.name, node.span, steps)
      if (typeof value === 'string' && value.includes('${'))
        sites.push({ steps: [...steps], owner, key: name })
      return value
    }
    if (node.kind === 'scalar') {
      const { value } = node
      if (node.anchor !== undefined) anchors.set(node.anchor, { value })
      if (typeof value === 'string' && value.includes('${'))
        sites.push({ steps: [...steps], owner, key: name })
      return value
    }
    if (steps.length >= MOST_DEEP) {
      report('yaml/too-deep', `nested more than ${MOST_DEEP} deep`, node.span, steps.slice(0, MOST_DEEP))
      return null
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, undefined)
    const value = node.kind === 'map' ? map(node.entries, steps, {}) : list(node.items, steps)
    if (node.anchor !== undefined) anchors.set(node.anchor, { value })
    return value
  }

  function list(items: readonly Node[], steps: (string | number)[]): unknown[] {
    const result: unknown[] = []
    for (const [index, item] of items.entries()) {
      steps.push(index)
      result.push(read(item, steps, result, index))
      steps.pop()
    }
    return result
  }

  function map(
    entries: readonly { readonly key: Node; readonly value: Node }[],
    steps: (string | number)[],
    into: object,
  ): object {
    const seen = new Map<string, Span>()
    for (const { key, value } of entries) {
      const name = keyText(key)
      if (name === undefined) {
        report('yaml/key', 'a key must be plain text on one line', key.span, steps)
        continue
      }
      steps.push(name)
      const first = seen.get(name)
      if (first !== undefined) duplicate(name, first, key.span, steps)
      else {
        seen.set(name, key.span)
        put(into, name, read(value, steps, into, name))
      }
      steps.pop()
    }
    return into
  }

  /** An entry that is out of the ordinary; a name that was there before keeps its first value. */
  function composed(item: Item, indent: number | undefined, path: readonly string[], into: Values): void {
    const offset = item.key?.offset ?? item.start[0]?.offset ?? 0
    const value: Token = { type: 'block-map', offset, indent: indent ?? 0, items: [item] }
    const node = compose([{ type: 'document', offset, start: [], value }])
    const entry = node?.kind === 'map' ? node.entries[0] : undefined
    const name = entry && keyText(entry.key)
    if (entry === undefined || node?.kind !== 'map') return
    const way = name === undefined ? undefined : [...path, name]
    const first = way && Object.hasOwn(into, way.at(-1) ?? '') ? segments.keyOf(way) : undefined
    if (way !== undefined && first !== undefined) {
      duplicate(way.at(-1) ?? '', first, entry.key.span, way)
      return
    }
    if (way !== undefined) segments.add(way, entry.key.span)
    map(node.entries, [...path], into)
  }

  function take(
    items: readonly Item[],
    indent: number | undefined,
    path: readonly string[],
    into: Values,
  ): void {
    const steps: (string | number)[] = [...path]
    for (const item of items) {
      if (isNoEntry(item)) continue
      const before = sites.length
      const name = plain.key(item, indent)
      if (name === undefined || name === '__proto__' || Object.hasOwn(into, name)) {
        composed(item, indent, path, into)
        continue
      }
      const value = plain.value(item, steps, into, name)
      if (value === UNUSUAL) {
        sites.length = before
        steps.length = path.length
        composed(item, indent, path, into)
        continue
      }
      const start = item.key?.offset ?? 0
      segments.add([...path, name], [start, start + (item.key?.source?.length ?? 0)])
      into[name] = value
    }
  }

  return { take, keyOf: plain.key, whole: node => read(node, [], {}, ''), sites, diagnostics }
}
