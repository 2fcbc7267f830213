import { describe, expect, it } from 'vitest'
import { readSchema } from '../../../schemas/dialect.ts'
import { press, stale } from '../../../schemas/press.ts'
import { printTypes } from '../../../schemas/print-types.ts'
import { SCHEMA, type Shape } from '../../../src/config/shape.ts'

const withRoot = (properties: unknown): Shape =>
  ({ title: 'Config', type: 'object', additionalProperties: false, properties }) as Shape

describe('the press', () => {
  it('has printed what is committed: otherwise run `npm run press`', () => {
    expect(stale()).toEqual([])
  })

  it('prints the types and the reference', () => {
    expect([...press().keys()].map(path => path.split('/').at(-1))).toEqual(['shape.gen.ts', 'README.md'])
  })

  it.each([
    ['an unknown keyword', { a: { type: 'string', format: 'uri' } }, 'no keyword "format"'],
    ['an open object', { a: { type: 'object', properties: {} } }, 'additionalProperties'],
    ['a list of anything', { a: { type: 'array' } }, 'a list says of what'],
    ['no type at all', { a: { description: 'x' } }, 'neither type'],
    ['a reference to nothing', { a: { $ref: '#/$defs/Nothing' } }, 'no $defs/Nothing'],
  ])('stops at %s', (_, properties, message) => {
    expect(() => readSchema(withRoot(properties))).toThrow(message)
  })

  it('makes defaults present, lists of single values, and sizes text', () => {
    const types = printTypes(
      readSchema(
        withRoot({
          a: { type: 'string' },
          b: { type: 'integer', default: 1 },
          c: { type: ['string', 'array'], items: { type: 'string' }, default: [] },
          d: { type: ['string', 'integer', 'null'] },
          e: { enum: ['x', 3] },
        }),
      ),
    )
    expect(types).toContain('readonly a?: string\n')
    expect(types).toContain('readonly b: number\n')
    expect(types).toContain('readonly c: readonly string[]\n')
    expect(types).toContain('readonly d?: string | null\n')
    expect(types).toContain("readonly e?: 'x' | 3\n")
  })
})

describe('the schema', () => {
  const all = readSchema(SCHEMA)

  it('describes every key', () => {
    const mute = all.flatMap(({ name, shape }) =>
      Object.entries(shape.properties ?? {})
        .filter(([, property]) => {
          const target = all.find(other => `#/$defs/${other.name}` === property.$ref)
          return (property.description ?? target?.shape.description) === undefined
        })
        .map(([key]) => `${name}.${key}`),
    )
    expect(mute).toEqual([])
  })
})
