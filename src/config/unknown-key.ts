// A key that the schema doesn't know: the nearest one, the one that another proxy calls so, or where it belongs.
import { nearest } from '../base/suggest.ts'
import { absentFor, carriesUnit, impossibleFor, oursFor } from './foreign-words.ts'
import type { Shape } from './shape.ts'

export interface Unknown {
  readonly message: string
  readonly help?: string
  /** The key that was meant, if it stands in the same map. */
  readonly meant?: string
}

type Properties = Readonly<Record<string, Shape>>

/** The way to a key one or two maps further in: `match.host`. */
function within(properties: Properties, word: string, depth = 2): string | undefined {
  for (const [name, shape] of Object.entries(properties)) {
    const inner = shape.properties
    if (inner === undefined || depth === 0) continue
    if (Object.hasOwn(inner, word)) return `${name}.${word}`
    const deeper = within(inner, word, depth - 1)
    if (deeper !== undefined) return `${name}.${deeper}`
  }
  return undefined
}

/** Tells an unknown key of a map with the given properties. */
export function unknownKey(word: string, properties: Properties): Unknown {
  const message = `unknown key "${word}"`
  const known = Object.keys(properties)
  const ours = oursFor(word)
  const same = ours.find(candidate => Object.hasOwn(properties, candidate))
  if (same !== undefined) {
    const unit = carriesUnit(word) ? { help: 'the unit is written with the value, like 30s' } : {}
    return { message: `${message}; it is called "${same}" here`, meant: same, ...unit }
  }
  const impossible = impossibleFor(word)
  if (impossible !== undefined) return { message, help: impossible }
  const absent = absentFor(word)
  if (absent !== undefined) return { message, help: `this version does not support ${absent}` }
  for (const candidate of [word, ...ours]) {
    const way = within(properties, candidate)
    if (way === undefined) continue
    const [top = '', ...rest] = way.split('.')
    return {
      message: `${message}; it belongs under "${[top, ...rest.slice(0, -1)].join('.')}"`,
      help: `write ${way}`,
      meant: top,
    }
  }
  const near = nearest(word, known)
  if (near !== undefined) return { message: `${message}; did you mean "${near}"?`, meant: near }
  const list = known.length <= 12 ? { help: `known here: ${known.join(', ')}` } : {}
  return { message, ...list }
}
