// Prints src/config/shape.gen.ts: the types of a config whose defaults are filled in.
import type { Shape } from '../src/config/shape.ts'
import { type Named, refersTo, typesOf } from './dialect.ts'

const HEAD = `// Printed from schemas/p2pstream.schema.json by \`npm run press\`; change that file instead.
// The types of a checked config: defaults are present, a single value where a list may stand is a list.
`

function literal(values: readonly (string | number | null)[]): string {
  return values.map(value => (typeof value === 'string' ? `'${value}'` : String(value))).join(' | ')
}

function typeOf(shape: Shape, all: ReadonlyMap<string, Shape>): string {
  const ref = refersTo(shape)
  if (ref !== undefined) {
    const target = all.get(ref) ?? {}
    // An interface can't be null itself: whoever refers to it may be.
    const isInterface = target.properties !== undefined && target['x-words'] === undefined
    return isInterface && typesOf(target).includes('null') ? `${ref} | null` : ref
  }
  if (shape.const !== undefined) return literal([shape.const])
  if (shape.enum !== undefined) return literal(shape.enum)
  const types = typesOf(shape)
  if (types.includes('array'))
    return `readonly ${itemOf(typeOf(shape.items ?? {}, all))}[]${types.includes('null') ? ' | null' : ''}`
  if (types.includes('object'))
    return `Readonly<Record<string, ${typeOf(shape.additionalProperties || {}, all)}>>`
  // A size or duration may be written as a number; in a config it is text.
  const words = types.includes('string') ? types.filter(type => type !== 'integer') : types
  return words.map(word => (word === 'integer' ? 'number' : word)).join(' | ')
}

function itemOf(type: string): string {
  return type.includes(' | ') ? `(${type})` : type
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`
}

function remarks(shape: Shape, description: string | undefined): string | undefined {
  const parts = [
    description,
    shape['x-default'] === undefined ? undefined : `Left out: ${shape['x-default']}.`,
    shape['x-secret'] ? 'Secret: never shown.' : undefined,
  ].filter(part => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(' ')
}

function printDefinition({ name, shape }: Named, all: ReadonlyMap<string, Shape>): string {
  const head = comment(shape.description, '')
  const { properties } = shape
  if (properties === undefined) return `${head}export type ${name} = ${typeOf(shape, all)}\n`
  const lines = Object.entries(properties).map(([key, property]) => {
    const present =
      (shape.required ?? []).includes(key) ||
      property.default !== undefined ||
      property['x-filled'] !== undefined
    const description = property.description ?? all.get(refersTo(property) ?? '')?.description
    return `${comment(remarks(property, description), '  ')}  readonly ${key}${present ? '' : '?'}: ${typeOf(property, all)}\n`
  })
  const words = shape['x-words']
  if (words === undefined) return `${head}export interface ${name} {\n${lines.join('')}}\n`
  const others = literal([...words, ...(typesOf(shape).includes('null') ? [null] : [])])
  return `${head}export type ${name} = ${others} | ${name}Map\n\nexport interface ${name}Map {\n${lines.join('')}}\n`
}

/** The whole file, given every definition of the schema. */
export function printTypes(definitions: readonly Named[]): string {
  const all = new Map(definitions.map(({ name, shape }) => [name, shape]))
  return [HEAD, ...definitions.map(definition => printDefinition(definition, all))].join('\n')
}
