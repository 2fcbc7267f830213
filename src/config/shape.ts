// The schema as the pipeline reads it: a tree without references, from the file that editors read too.
import { readFileSync } from 'node:fs'

export type TypeWord = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

/** One schema node; the names are those of the JSON file. */
export interface Shape {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
  readonly $id?: string
  readonly title?: string
  readonly description?: string
  readonly type?: TypeWord | readonly TypeWord[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | Shape
  readonly propertyNames?: Shape
  readonly items?: Shape
  /** `null` among them: it may be written, for what holds when the key is left out. */
  readonly enum?: readonly (string | number | null)[]
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
  /** The text is a path: what is in the file, or that it is a folder. */
  readonly 'x-file'?: 'body' | 'certificate' | 'key' | 'client_key' | 'folder'
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
  /** Words that may stand in place of the map. */
  readonly 'x-words'?: readonly string[]
  /** What 0 means, where it is allowed outside of the range. */
  readonly 'x-zero'?: string
}

/** The schema file, as it stands. */
export const SCHEMA: Shape = JSON.parse(
  readFileSync(new URL('../../schemas/p2pstream.schema.json', import.meta.url), 'utf8'),
)

/** The type words of a node, as a list; empty for `$ref`, `enum` and `const`. */
export function typesOf({ type }: Shape): readonly TypeWord[] {
  if (type === undefined) return []
  return typeof type === 'string' ? [type] : type
}

/** The name of the definition a node refers to. */
export function refersTo(shape: Shape): string | undefined {
  return shape.$ref?.replace('#/$defs/', '')
}

/** A node with every `$ref` in it replaced by what it names; what stands beside a `$ref` goes over it. */
export function resolveShape(shape: Shape, definitions: Readonly<Record<string, Shape>>): Shape {
  const name = refersTo(shape)
  const { $ref: _, ...own } = shape
  const whole: Shape =
    name === undefined ? own : { ...resolveShape(definitions[name] ?? {}, definitions), ...own }
  const { properties, items, additionalProperties: more, propertyNames: names } = whole
  const within = (child: Shape): Shape => resolveShape(child, definitions)
  return {
    ...whole,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, within(child)])),
    }),
    ...(items && { items: within(items) }),
    ...(more && { additionalProperties: within(more) }),
    ...(names && { propertyNames: within(names) }),
  }
}

/** The whole file's shape. */
export const ROOT: Shape = resolveShape(SCHEMA, SCHEMA.$defs ?? {})

/** The shape of a member: a key's, a map's or a list's; undefined where the schema knows none. */
export function memberOf(shape: Shape, step: string | number): Shape | undefined {
  if (shape.properties !== undefined)
    return Object.hasOwn(shape.properties, step) ? shape.properties[step] : undefined
  if (shape.additionalProperties) return shape.additionalProperties
  return /^\d+$/.test(String(step)) ? shape.items : undefined
}

/** The shape at the end of the steps, from the top of the file. */
export function shapeAt(steps: readonly (string | number)[]): Shape | undefined {
  let shape: Shape | undefined = ROOT
  for (const step of steps) shape = shape === undefined ? undefined : memberOf(shape, step)
  return shape
}
