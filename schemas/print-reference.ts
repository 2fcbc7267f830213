// Prints schemas/README.md: every key with its type, default, range and description, and every diagnostic code.
import type { Shape } from '../src/config/shape.ts'
import { type Named, refersTo, typesOf } from './dialect.ts'

const HEAD = `# Reference of p2pstream.yaml

Printed from \`p2pstream.schema.json\` and \`src/base/diagnostic-codes.ts\` by \`npm run press\`; change those instead.

Unknown keys are errors. Durations and sizes carry their unit. In any value but \`version\`, \`include\` and a \`body\`,
\`\${env:NAME}\`, \`\${env:NAME:-default}\` and \`\${file:/path}\` are replaced, and \`$\${\` is a literal \`\${\`.

`

const anchor = (name: string): string => name.toLowerCase().replaceAll('/', '')
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function typeWords(shape: Shape, all: ReadonlyMap<string, Shape>): string {
  const ref = refersTo(shape)
  if (ref !== undefined) {
    const target = all.get(ref) ?? {}
    const link = `[${ref}](#${anchor(ref)})`
    return shape['x-refers-to'] === undefined
      ? link
      : `id of ${code(shape['x-refers-to'].slice(1))}${target.type === 'string' ? '' : link}`
  }
  if (shape.const !== undefined) return code(String(shape.const))
  if (shape.enum !== undefined)
    return shape.enum
      .filter(value => value !== null)
      .map(value => code(String(value)))
      .join(', ')
  const types = typesOf(shape)
  if (types.includes('object')) return `map to ${typeWords(shape.additionalProperties || {}, all)}`
  if (types.includes('array')) {
    const item = typeWords(shape.items ?? {}, all)
    return types.includes('string') ? `${item} or list` : `list of ${item}`
  }
  if (shape['x-refers-to'] !== undefined) return `id of ${code(shape['x-refers-to'].slice(1))}`
  return types.map(word => (word === 'string' ? 'text' : word)).join(' or ')
}

function defaultWords(name: string, shape: Shape, property: Shape): string {
  if ((shape.required ?? []).includes(name)) return '**required**'
  const told = property['x-default'] ?? property['x-filled']
  if (told !== undefined) return /[ ;]/.test(told) ? told : code(told)
  return property.default === undefined
    ? ''
    : code(JSON.stringify(property.default).replace(/^"(.+)"$/, '$1'))
}

function rangeWords(property: Shape): string {
  const words: string[] = []
  const range = property['x-range']
  if (range !== undefined) words.push(`${range[0]} to ${range[1]}`)
  if (property.minimum !== undefined) {
    const isOpen = Math.abs(property.minimum) > 2 ** 52
    words.push(isOpen ? 'any' : `${property.minimum} to ${property.maximum ?? ''}`)
  }
  if (property['x-zero'] !== undefined) words.push(`0: ${property['x-zero']}`)
  return words.join('; ')
}

function examples(property: Shape): string {
  if (property.examples === undefined) return ''
  return ` For example ${property.examples.map(example => code(JSON.stringify(example))).join(', ')}.`
}

function printDefinition({ name, shape }: Named, all: ReadonlyMap<string, Shape>): string {
  const head = `### ${name}\n\n${shape.description ?? ''}${examples(shape)}\n`
  if (shape.properties === undefined) return `${head}\nType: ${typeWords(shape, all)}.\n`
  const rows = Object.entries(shape.properties).map(([key, property]) => {
    const description = property.description ?? all.get(refersTo(property) ?? '')?.description ?? ''
    const secret = property['x-secret'] ? ' Secret: never shown.' : ''
    const cells = [
      code(key),
      typeWords(property, all),
      defaultWords(key, shape, property),
      rangeWords(property),
      `${description}${secret}${examples(property)}`.replaceAll(/(?<!\\)\|/g, '\\|'),
    ]
    return `| ${cells.join(' | ')} |\n`
  })
  const words = shape['x-words']?.map(code).join(', ')
  const kinds = words === undefined ? '' : `\nType: ${words}, or a map.\n`
  return `${head}${kinds}\n| key | type | default | range | meaning |\n|---|---|---|---|---|\n${rows.join('')}`
}

/** The whole reference, given every definition of the schema and the table of codes. */
export function printReference(
  definitions: readonly Named[],
  codes: Readonly<Record<string, string>>,
): string {
  const all = new Map(definitions.map(({ name, shape }) => [name, shape]))
  const keys = definitions.map(definition => printDefinition(definition, all)).join('\n')
  const sections = Object.entries(codes).map(([name, meaning]) => `### ${name}\n\n${meaning}\n`)
  return `${HEAD}## Keys\n\n${keys}\n## Diagnostic codes\n\nA code never changes its meaning.\n\n${sections.join('\n')}`
}
