// The values of a config that name files (`x-file`): found by the schema, wherever they stand.
import { type Pointer, step } from '../base/pointer.ts'
import { ROOT, type Shape } from './shape.ts'
import { isMap, type Values } from './values.ts'

export type FileKind = Exclude<Shape['x-file'], undefined>

/** Hears of a file and says what takes the place of its path. */
export type Rename = (written: string, kind: FileKind, at: Pointer) => string

type Walk = (value: unknown, at: Pointer, rename: Rename) => unknown

/** A walk over the parts of a shape that name files; undefined when there are none. It copies what it changes. */
function walkOf(shape: Shape): Walk | undefined {
  const kind = shape['x-file']
  const item = shape.items && walkOf(shape.items)
  if (kind !== undefined || item !== undefined) return leafOf(kind, item)
  const member = shape.additionalProperties ? walkOf(shape.additionalProperties) : undefined
  if (member !== undefined) return (value, at, rename) => eachOf(value, at, rename, () => member)
  const walks = new Map<string, Walk>()
  for (const [key, property] of Object.entries(shape.properties ?? {})) {
    const walk = walkOf(property)
    if (walk !== undefined) walks.set(key, walk)
  }
  if (walks.size === 0) return undefined
  return (value, at, rename) => eachOf(value, at, rename, key => walks.get(key))
}

function leafOf(kind: FileKind | undefined, item: Walk | undefined): Walk {
  return (value, at, rename) => {
    if (Array.isArray(value)) {
      const items = value.map((entry, index) => item?.(entry, step(at, index), rename) ?? entry)
      return items.some((entry, index) => entry !== value[index]) ? items : value
    }
    return typeof value === 'string' && value !== '' && kind !== undefined ? rename(value, kind, at) : value
  }
}

function eachOf(
  value: unknown,
  at: Pointer,
  rename: Rename,
  walkFor: (key: string) => Walk | undefined,
): unknown {
  if (!isMap(value)) return value
  let copy: Record<string, unknown> | undefined
  for (const [key, member] of Object.entries(value as Values)) {
    const walk = member === undefined || member === null ? undefined : walkFor(key)
    const walked = walk === undefined ? member : walk(member, step(at, key), rename)
    if (walked === member) continue
    copy ??= { ...(value as Values) }
    copy[key] = walked
  }
  return copy ?? value
}

const WALK = walkOf(ROOT)

/** The config with every path renamed; what names no file is the same object. */
export function renameFiles<T>(config: T, rename: Rename): T {
  return (WALK?.(config, '', rename) ?? config) as T
}
