// The dialect of the schema: what the press reads, and nothing else. A keyword it doesn't know stops the press,
// so the schema can't say something that types, defaults or reference would silently ignore.

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
  'x-filled',
  'x-form',
  'x-inherits',
  'x-literal',
  'x-range',
  'x-refers-to',
  'x-secret',
  'x-zero',
] as const

export type TypeWord = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

/** One schema node; the names are those of the JSON file. */
export interface Shape {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
  readonly title?: string
  readonly description?: string
  readonly type?: TypeWord | readonly TypeWord[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | Shape
  readonly propertyNames?: Shape
  readonly items?: Shape
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly uniqueItems?: boolean
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  /** What holds when the key is left out, told to people; the key stays absent in Config. */
  readonly 'x-default'?: string
  /** Validated one by one, because there may be very many. */
  readonly 'x-each'?: true
  /** The default, told to people, where code fills it in; the key is present in Config. */
  readonly 'x-filled'?: string
  /** The grammar of the text (src/config/forms). */
  readonly 'x-form'?: string
  /** Keys left out are taken from there. */
  readonly 'x-inherits'?: string
  /** `${...}` means nothing here. */
  readonly 'x-literal'?: true
  /** The smallest and largest duration or size. */
  readonly 'x-range'?: readonly [string, string]
  /** The map that the name is an id of. */
  readonly 'x-refers-to'?: string
  /** Never shown. */
  readonly 'x-secret'?: true
  /** What 0 means, where it is allowed outside of the range. */
  readonly 'x-zero'?: string
}

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
