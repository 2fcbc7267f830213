// The dialect of the schema: what the press reads, and nothing else. A keyword it doesn't know stops the press,
// so the schema can't say something that types, defaults or reference would silently ignore.
import type { Shape, TypeWord } from '../src/config/shape.ts'

const KEYWORDS = [
  '$schema',
  '$id',
  '$ref',
  '$defs',
  'title',
  'description',
  'type',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'items',
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'uniqueItems',
  'default',
  'examples',
  'x-default',
  'x-each',
  'x-file',
  'x-filled',
  'x-form',
  'x-inherits',
  'x-literal',
  'x-range',
  'x-refers-to',
  'x-secret',
  'x-words',
  'x-zero',
] as const

export interface Named {
  readonly name: string
  readonly shape: Shape
}

const KNOWN: ReadonlySet<string> = new Set(KEYWORDS)

function check(shape: Shape, at: string): void {
  for (const keyword of Object.keys(shape))
    if (!KNOWN.has(keyword)) throw new Error(`${at}: the dialect has no keyword "${keyword}"`)
  const types = typesOf(shape)
  const isObject = types.includes('object')
  if (isObject && shape.additionalProperties === undefined)
    throw new Error(`${at}: an object says what other keys it has (additionalProperties)`)
  if (isObject && shape.properties !== undefined && shape.additionalProperties !== false)
    throw new Error(`${at}: an object has either known keys or a map`)
  if (isObject && types.includes('string') !== (shape['x-words'] !== undefined))
    throw new Error(`${at}: a word may stand for a map when the words are known (x-words)`)
  if (types.includes('array') && shape.items === undefined) throw new Error(`${at}: a list says of what`)
  if (types.length === 0 && !shape.$ref && !shape.enum && shape.const === undefined)
    throw new Error(`${at}: neither type, enum, const nor $ref`)
  for (const name of shape.required ?? [])
    if (shape.properties?.[name] === undefined) throw new Error(`${at}: required "${name}" is not a property`)
  for (const [name, child] of Object.entries(shape.properties ?? {})) {
    if ((shape.required ?? []).includes(name) && child.default !== undefined)
      throw new Error(`${at}/${name}: required and with a default`)
    check(child, `${at}/${name}`)
  }
  if (shape.items !== undefined) check(shape.items, `${at}/items`)
  if (shape.propertyNames !== undefined) check(shape.propertyNames, `${at}/propertyNames`)
  if (shape.additionalProperties) check(shape.additionalProperties, `${at}/*`)
}

/** The type words of a node, as a list; empty for `$ref`, `enum` and `const`. */
export function typesOf(shape: Shape): readonly TypeWord[] {
  if (shape.type === undefined) return []
  return typeof shape.type === 'string' ? [shape.type] : shape.type
}

/** The name of the definition a node refers to. */
export function refersTo(shape: Shape): string | undefined {
  return shape.$ref?.replace('#/$defs/', '')
}

/** Checks the dialect and lists the root and every definition, in the order of the file; throws on anything unknown. */
export function readSchema(root: Shape): readonly Named[] {
  const all = [{ name: root.title ?? 'Config', shape: root }]
  for (const [name, shape] of Object.entries(root.$defs ?? {})) {
    if (shape.default !== undefined)
      throw new Error(`${name}: a default stands at the property, not in $defs`)
    all.push({ name, shape })
  }
  const names = new Set(all.map(({ name }) => name))
  for (const { name, shape } of all) {
    check(shape, name)
    for (const [, target] of JSON.stringify(shape).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g))
      if (!names.has(target ?? '')) throw new Error(`${name}: no $defs/${target}`)
  }
  return all
}
