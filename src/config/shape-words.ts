// The words for what is wrong with a value's shape: what it is, what it should be, how to write it.
import { type Pointer, steps } from '../base/pointer.ts'
import { type Shape, typesOf } from './shape.ts'

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'null',
}

const FORM_WORDS: Readonly<Record<string, string>> = {
  duration: 'a duration',
  size: 'a size',
  percent: 'a share',
}

/** What a pointer leads to, as people call it: by its key, or as an entry of the list under a key. */
export function nameOf(at: Pointer): string {
  const way = steps(at)
  const key = way.findLast(step => !/^\d+$/.test(step))
  if (key === undefined) return 'the file'
  return key === way.at(-1) ? `"${key}"` : `an entry of "${key}"`
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'a number' : 'true or false'
}

/** What was written, to follow `must be ...`. */
export function foundWords(value: unknown, isSecret: boolean): string {
  if (value === null) return '; nothing is written'
  if (isSecret || typeof value === 'object') return `, not ${typeName(value)}`
  return `, not ${typeof value === 'string' ? 'the text ' : ''}${JSON.stringify(value)}`
}

/** What should be there. */
export function expectedWords(shape: Shape): string {
  const form = FORM_WORDS[shape['x-form'] ?? '']
  if (shape['x-words'] !== undefined) return `${shape['x-words'].join(', ')} or a map`
  return (
    form ??
    typesOf(shape)
      .map(type => TYPE_WORDS[type] ?? type)
      .join(' or ')
  )
}

/** How to write what was likely meant by a value of the wrong type. */
export function typeHelp(shape: Shape, value: unknown): string | undefined {
  const types = typesOf(shape)
  const text = String(value)
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    if (shape['x-form'] === 'mode') return 'write it in quotes, with its leading zero: "0660"'
    // Of a fraction the text is gone: 1.10 has become 1.1.
    return Number.isInteger(value) ? `write it in quotes: "${text}"` : 'write it in quotes'
  }
  if (types.includes('boolean') && /^(yes|on)$/i.test(text)) return 'write true'
  if (types.includes('boolean') && /^(no|off)$/i.test(text)) return 'write false'
  if (types.includes('integer') && /^-?\d+$/.test(text)) return `write ${text}, without quotes`
  if (types.includes('array') && value !== null && typeof value !== 'object') return `write [${text}]`
  const isIdMap = types.includes('object') && Array.isArray(value) && shape.additionalProperties
  return isIdMap ? 'write a map from id to object' : undefined
}
