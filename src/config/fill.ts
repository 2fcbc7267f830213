// From what was written to what it means: defaults, inherited keys, lists where one value may stand. Keys come out in the order
// of the schema, so equal configs have equal text.
import { pointer } from '../base/pointer.ts'
import { memberOf, ROOT, type Shape, typesOf } from './shape.ts'
import { put } from './tree.ts'
import { has, isMap, type Values, valuesOf } from './values.ts'

/** What an object starts from in place of its defaults, by the pointer that `x-inherits` names. */
type Inherited = Readonly<Record<string, unknown>>

type Fill = (value: unknown, inherited: Inherited) => unknown

/** Defaults that depend on the keys beside them. */
const FILLED: Readonly<Record<string, (owner: Values) => unknown>> = {
  preserve_path_suffix: ({ mode }) => mode !== 'absolute_url',
  preserve_query: ({ mode }) => mode !== 'absolute_url',
}

function fillList(shape: Shape): Fill {
  const one = fillOf(shape.items ?? {})
  return (value, inherited) => {
    if (Array.isArray(value)) return value.map(item => one(item, inherited))
    return value === '' ? [] : [one(value, inherited)]
  }
}

function fillMap(shape: Shape): Fill {
  const one = fillOf(shape.additionalProperties || {})
  return (value, inherited) => {
    const map = {}
    for (const [key, member] of Object.entries(valuesOf(value))) put(map, key, one(member, inherited))
    return map
  }
}

interface Property {
  readonly key: string
  readonly fill: Fill
  /** Its value when it isn't written; undefined when it then stays away. A required list without entries is empty. */
  readonly absent: ((inherited: Inherited) => unknown) | undefined
}

function propertyOf(key: string, shape: Shape): Property {
  const fill = fillOf(shape)
  if (shape.default === undefined) return { key, fill, absent: undefined }
  if (shape['x-inherits'] !== undefined) return { key, fill, absent: inherited => fill({}, inherited) }
  const absent = fill(shape.default, {})
  return { key, fill, absent: () => absent }
}

function fillObject(shape: Shape): Fill {
  const required = shape.required ?? []
  const properties = Object.entries(shape.properties ?? {}).map(([key, property]) =>
    propertyOf(key, required.includes(key) ? { default: [], ...property } : property),
  )
  const computed = Object.entries(shape.properties ?? {}).filter(
    ([, property]) => property['x-filled'] !== undefined,
  )
  const parent = shape['x-inherits']
  return (value, inherited) => {
    const written = valuesOf(value)
    const defaults = valuesOf(parent === undefined ? undefined : inherited[parent])
    const object: Record<string, unknown> = {}
    for (const { key, fill, absent } of properties) {
      const own = written[key]
      if (own !== undefined && own !== null && Object.hasOwn(written, key)) object[key] = fill(own, inherited)
      else if (own === null && isNullable(shape, key)) object[key] = null
      else if (parent !== undefined && Object.hasOwn(defaults, key)) object[key] = defaults[key]
      else if (absent !== undefined) object[key] = absent(inherited)
    }
    for (const [key] of computed) if (!has(object, key)) object[key] = FILLED[key]?.(object)
    return object
  }
}

function isNullable(shape: Shape, key: string): boolean {
  const property = shape.properties?.[key] ?? {}
  return typesOf(property).includes('null') || property.enum?.includes(null) === true
}

function fillOf(shape: Shape): Fill {
  const types = typesOf(shape)
  if (types.includes('array')) return fillList(shape)
  if (shape.properties !== undefined) {
    const fill = fillObject(shape)
    return shape['x-words'] === undefined
      ? fill
      : (value, inherited) => (isMap(value) ? fill(value, inherited) : value)
  }
  if (types.includes('object')) return fillMap(shape)
  if (types.includes('string') && types.includes('integer'))
    return value => (value === null ? null : String(value))
  // `http://origin/` is `http://origin` (RFC 3986 section 6.2.3).
  if (shape['x-form'] === 'origin') return value => String(value).replace(/^(https?:\/\/.*)\/$/, '$1')
  return value => value
}

const TOP: ReadonlyMap<string, Property> = new Map(
  Object.entries(ROOT.properties ?? {}).map(([key, shape]) => [key, propertyOf(key, shape)]),
)

const MEMBERS: ReadonlyMap<string, Fill> = new Map(
  Object.entries(ROOT.properties ?? {})
    .filter(([, shape]) => shape['x-each'])
    .map(([key, shape]) => [key, fillOf(memberOf(shape, '') ?? {})]),
)

/** Fills in a checked config. What `isSound` refuses is left out, or at the top stands as if it weren't written. */
export function fillConfig(written: Values, isSound: (at: string) => boolean): Values {
  const config: Record<string, unknown> = {}
  for (const [key, { fill, absent }] of TOP) {
    if (MEMBERS.has(key)) continue
    const isUsable = has(written, key) && isSound(pointer(key))
    config[key] = isUsable ? fill(written[key], {}) : absent?.({})
  }
  const inherited = { '/server/limits': valuesOf(config['server'])['limits'] }
  for (const [key, fill] of MEMBERS) {
    const map = {}
    for (const [id, member] of Object.entries(valuesOf(written[key]))) {
      if (isMap(member) && isSound(pointer(key, id))) put(map, id, fill(member, inherited))
    }
    config[key] = map
  }
  return config
}
