// The short way from parsed tokens to values, for the YAML that nearly every file is made of: block maps and lists, flow
// collections, one-line scalars and block scalars. Whatever is out of the ordinary (anchors, aliases, explicit keys, tabs,
// scalars over several lines, anything that could be a mistake) is `UNUSUAL` and goes the library's own way, which alone
// reports errors. Measured on 10,000 routes: 60 ms, where the library's nodes and a walk over them take 300 ms.
import type { Item, Lexeme, Token } from './cst.ts'

export const UNUSUAL: unique symbol = Symbol('unusual')

export interface PlainParts {
  /** The text of a quoted or block scalar; undefined when it has a mistake. */
  scalar(token: Token): string | undefined
  /** The value of a plain scalar by the core schema. */
  core(source: string): unknown
  /** Called for each text with `${` in it: `steps` is the way to it, valid during the call. */
  found(steps: readonly (string | number)[], owner: object, key: string | number): void
}

export interface PlainReader {
  /** The key of a block map's item, when the item is plain but for its value. */
  key(item: Item, mapIndent: number | undefined): string | undefined
  /** The value of an item whose key is plain; `steps` leads to it and is changed only during the call. */
  value(item: Item, steps: (string | number)[], owner: object, key: string): unknown
}

const MOST_DEEP = 64
/** The library refuses implicit keys over 1024 characters; anything near goes its way. */
const LONG_KEY = 1000
const BAD_START = /^[,%|>@`\t]/

/** Only line ends, spaces and comments set apart from what is before them; `marker` must stand there exactly once, if given. */
function isQuiet(tokens: readonly Lexeme[], startsApart: boolean, marker?: string): boolean {
  let isApart = startsApart
  let markers = 0
  for (const token of tokens) {
    if (token.type === 'newline') isApart = true
    else if (token.type === 'space') {
      if (token.source.includes('\t')) return false
      isApart = true
    } else if (token.type === 'comment') {
      if (!isApart) return false
    } else if (token.type === marker) {
      markers++
      isApart = false
    } else return false
  }
  return marker === undefined || markers === 1
}

/** Comments behind the last entry of a map: no entry. An anchor there would belong to one that is missing. */
export function isNoEntry({ key, sep, explicitKey, start }: Item): boolean {
  return !key && !sep && !explicitKey && isQuiet(start, true)
}

function hasNewline(tokens: readonly Lexeme[]): boolean {
  for (const token of tokens) if (token.type === 'newline') return true
  return false
}

/** A key that is new to its map and not `__proto__`, which an assignment would take for the prototype. */
function isOrdinary(key: string, owner: object): boolean {
  return key !== '__proto__' && !Object.hasOwn(owner, key)
}

/** A reader over the given parts. */
export function plainReader(parts: PlainParts): PlainReader {
  const { scalar, core, found } = parts

  function scalarText(token: Token): string | undefined {
    const source = token.source ?? ''
    if (token.type === 'block-scalar') return scalar(token)
    if (source.includes('\n')) return undefined
    if (token.end !== undefined && !isQuiet(token.end, false)) return undefined
    if (token.type === 'scalar') return BAD_START.test(source) ? undefined : source
    const inner = source.slice(1, -1)
    const quote = token.type === 'double-quoted-scalar' ? '"' : "'"
    const isSimple = source.length > 1 && source.endsWith(quote) && !/["'\\]/.test(inner)
    return isSimple ? inner : scalar(token)
  }

  /** The text of a key token, on one line and short. */
  function keyOf(token: Token | null | undefined): string | undefined {
    if (!token || token.source === undefined || token.source === '') return undefined
    if (token.type !== 'scalar' && !token.type.endsWith('-quoted-scalar')) return undefined
    return token.source.length > LONG_KEY ? undefined : scalarText(token)
  }

  function key(item: Item, mapIndent: number | undefined): string | undefined {
    if (item.explicitKey || !item.key || item.key.indent !== mapIndent) return undefined
    if (!isQuiet(item.start, true) || !isQuiet(item.sep ?? [], false, 'map-value-ind')) return undefined
    return keyOf(item.key)
  }

  function read(token: Token, steps: (string | number)[], owner: object, name: string | number): unknown {
    if (token.items !== undefined && steps.length >= MOST_DEEP) return UNUSUAL
    if (token.type === 'block-map') return blockMap(token, steps)
    if (token.type === 'block-seq') return blockList(token, steps)
    if (token.type === 'flow-collection') return flow(token, steps)
    if (token.type !== 'scalar' && !token.type.endsWith('-scalar')) return UNUSUAL
    const text = scalarText(token)
    if (text === undefined) return UNUSUAL
    const value = token.type === 'scalar' ? core(text) : text
    if (typeof value === 'string' && value.includes('${')) found(steps, owner, name)
    return value
  }

  function value(item: Item, steps: (string | number)[], owner: object, name: string): unknown {
    const token = item.value
    if (token === undefined || token === null) return null
    if (token.type === 'block-map' && !hasNewline(item.sep ?? [])) return UNUSUAL
    steps.push(name)
    const result = read(token, steps, owner, name)
    steps.pop()
    return result
  }

  function blockMap(token: Token, steps: (string | number)[]): unknown {
    const map: Record<string, unknown> = {}
    for (const item of token.items ?? []) {
      if (isNoEntry(item)) continue
      const name = key(item, token.indent)
      if (name === undefined || !isOrdinary(name, map)) return UNUSUAL
      const entry = value(item, steps, map, name)
      if (entry === UNUSUAL) return UNUSUAL
      map[name] = entry
    }
    return map
  }

  function blockList(token: Token, steps: (string | number)[]): unknown {
    const list: unknown[] = []
    for (const item of token.items ?? []) {
      if (!item.value && isQuiet(item.start, true)) continue
      if (!isQuiet(item.start, true, 'seq-item-ind')) return UNUSUAL
      const entry = element(item, steps, list)
      if (entry === UNUSUAL) return UNUSUAL
      list.push(entry)
    }
    return list
  }

  function element(item: Item, steps: (string | number)[], list: unknown[]): unknown {
    if (!item.value) return null
    steps.push(list.length)
    const entry = read(item.value, steps, list, list.length)
    steps.pop()
    return entry
  }

  function flow(token: Token, steps: (string | number)[]): unknown {
    const isMap = !Array.isArray(token.start) && (token.start as Lexeme).source === '{'
    const [close, ...after] = token.end ?? []
    if (close?.source !== (isMap ? '}' : ']') || !isQuiet(after, false)) return UNUSUAL
    const items = token.items ?? []
    const map: Record<string, unknown> = {}
    const list: unknown[] = []
    for (const [index, item] of items.entries()) {
      if (!isQuiet(item.start, index === 0, index === 0 ? undefined : 'comma')) return UNUSUAL
      if (!item.key && !item.sep && !item.value && !item.explicitKey) {
        if (index < items.length - 1) return UNUSUAL
        continue
      }
      const entry = isMap ? flowEntry(item, steps, map) : item.sep ? UNUSUAL : flowElement(item, steps, list)
      if (entry === UNUSUAL) return UNUSUAL
    }
    return isMap ? map : list
  }

  function flowElement(item: Item, steps: (string | number)[], list: unknown[]): unknown {
    if (item.explicitKey || item.key || !item.value || item.value.type.startsWith('block')) return UNUSUAL
    const entry = element(item, steps, list)
    if (entry !== UNUSUAL) list.push(entry)
    return entry
  }

  function flowEntry(item: Item, steps: (string | number)[], map: Record<string, unknown>): unknown {
    if (item.explicitKey || item.value?.type.startsWith('block')) return UNUSUAL
    if (!isQuiet(item.sep ?? [], false, 'map-value-ind')) return UNUSUAL
    const name = keyOf(item.key)
    if (name === undefined || !isOrdinary(name, map)) return UNUSUAL
    const entry = value(item, steps, map, name)
    if (entry !== UNUSUAL) map[name] = entry
    return entry
  }

  return { key, value }
}
