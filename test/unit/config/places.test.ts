import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Place } from '../../../src/base/diagnostic.ts'
import { pointer } from '../../../src/base/pointer.ts'
import { type Document, readDocument } from '../../../src/config/document.ts'

const read = (text: string): Document => readDocument('a.yaml', '/', text)

/** The text that a place covers. */
function cut(text: string, { line, column, endLine, endColumn }: Place): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return text.slice((starts[line - 1] ?? 0) + column - 1, (starts[endLine - 1] ?? 0) + endColumn - 1)
}

const at = (text: string, way: readonly (string | number)[], on: 'key' | 'value'): string =>
  cut(text, read(text).locate(pointer(...way), on))

const TEXT = `version: 1
listeners:
  web:
    protocol: http # the only one
    port: 8080
    trusted_proxies: [10.0.0.0/8, "::1"]
    name:
  "admin": { protocol: http, port: 8081 }
routes:
  app-api:
    match: { host: [a.example.com, b.example.com] }
    forward:
      targets:
        - url: http://10.0.0.1
          weight: 5
        -   static:
              body: |
                hello
                world
  alias: &x
    listener: web
  other: *x
`

describe('places', () => {
  it.each([
    [['version'], 'value', '1'],
    [['version'], 'key', 'version'],
    [['listeners', 'web', 'port'], 'value', '8080'],
    [['listeners', 'web', 'port'], 'key', 'port'],
    [['listeners', 'web', 'trusted_proxies', 1], 'value', '"::1"'],
    [['listeners', 'web', 'trusted_proxies', 0], 'key', '10.0.0.0/8'],
    [['listeners', 'web', 'protocol'], 'value', 'http'],
    [['listeners', 'admin'], 'key', '"admin"'],
    [['listeners', 'admin', 'port'], 'value', '8081'],
    [['routes'], 'key', 'routes'],
    [['routes', 'app-api', 'match', 'host', 1], 'value', 'b.example.com'],
    [['routes', 'app-api', 'forward', 'targets', 0, 'weight'], 'value', '5'],
    [['routes', 'app-api', 'forward', 'targets', 1, 'static', 'body'], 'key', 'body'],
    [
      ['routes', 'app-api', 'forward', 'targets', 1, 'static', 'body'],
      'value',
      '|\n                hello\n                world',
    ],
  ] as const)('of %j on its %s', (way, on, text) => {
    expect(at(TEXT, way, on)).toBe(text)
  })

  it('a value that isn’t there is shown by its key', () => {
    expect(at(TEXT, ['listeners', 'web', 'name'], 'value')).toBe('name')
    expect(at(TEXT, ['listeners', 'web', 'bind'], 'value')).toBe('web')
    expect(at(TEXT, ['listeners', 'none', 'bind'], 'value')).toBe('listeners')
  })

  it('what an alias brings in is shown where it is used', () => {
    expect(at(TEXT, ['routes', 'other', 'listener'], 'value')).toBe('*x')
  })

  it('works in JSON', () => {
    const json = '{\n  "routes": { "a": { "match": { "host": "x" } }, "b/c": 1 }\n}\n'
    expect(at(json, ['routes', 'a', 'match', 'host'], 'value')).toBe('"x"')
    expect(at(json, ['routes', 'b/c'], 'key')).toBe('"b/c"')
    expect(at(json, ['routes', 'b/c'], 'value')).toBe('1')
  })

  it('the empty pointer is the start', () => {
    expect(read(TEXT).locate('', 'value')).toEqual({
      file: 'a.yaml',
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 2,
    })
    expect(read('').locate('/version', 'key')).toMatchObject({ line: 1, column: 1 })
  })
})

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/)
const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom('a: b', '#', 'two\nlines', '', 'null'),
)
const { node } = fc.letrec(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(word, tie('node'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  ),
}))
const file = fc.dictionary(
  word,
  fc.dictionary(word, node, { minKeys: 1, maxKeys: 8, noNullPrototype: true }),
  {
    minKeys: 1,
    noNullPrototype: true,
  },
)

/** Every scalar of a value, with the way to it. */
function* scalars(
  value: unknown,
  way: readonly (string | number)[] = [],
): Generator<[(string | number)[], unknown]> {
  if (value === null || typeof value !== 'object') yield [[...way], value]
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* scalars(item, [...way, index])
  else for (const [key, member] of Object.entries(value)) yield* scalars(member, [...way, key])
}

describe('in any document', () => {
  it('the place of a scalar is its text, and the place of a key its key', () => {
    const style = fc.record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any', 'flow', 'block') as fc.Arbitrary<'any' | 'flow' | 'block'>,
      lineWidth: fc.constant(0),
      // A block scalar alone isn't a text of its own without its header's indent; quotes and plain ones are.
      blockQuote: fc.constant(false as const),
    })
    fc.assert(
      fc.property(file, style, (value, options) => {
        const text = stringify(value, options)
        fc.pre(!/[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/.test(text))
        const document = read(text)
        for (const [way, expected] of scalars(value)) {
          expect(parse(cut(text, document.locate(pointer(...way), 'value')))).toEqual(expected)
          const last = way.at(-1)
          if (typeof last === 'string')
            expect(cut(text, document.locate(pointer(...way), 'key'))).toBe(stringify(last).trimEnd())
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('is the same whether the file is long or short', () => {
    const filler = Array.from({ length: 500 }, (_, index) => `  r${index}: { listener: web }`).join('\n')
    const text = `routes:\n${filler}\n  wanted:\n    match:\n      host: here.example.com\n${filler.replaceAll('  r', '  s')}\nlogging: { level: info }\n`
    expect(at(text, ['routes', 'wanted', 'match', 'host'], 'value')).toBe('here.example.com')
    expect(at(text, ['routes', 's499', 'listener'], 'value')).toBe('web')
    expect(at(text, ['logging', 'level'], 'value')).toBe('info')
  })
})
