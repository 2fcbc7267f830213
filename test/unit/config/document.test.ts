import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { readDocument } from '../../../src/config/document.ts'
import { growth } from '../../support/cpu-time.ts'

const read = (text: string): ReturnType<typeof readDocument> => readDocument('a.yaml', '/', text)
const codes = (text: string): readonly string[] =>
  read(text).diagnostics.map(({ code, place }) => `${place?.line}:${place?.column} ${code}`)

const OPTIONS = { version: '1.2', schema: 'core', uniqueKeys: false, merge: false } as const
const byLibrary = (text: string): unknown => parseDocument(text, OPTIONS).toJS()

describe('values are those of YAML 1.2’s core schema', () => {
  it.each([
    'yes',
    'on',
    'No',
    'true',
    'False',
    'TRUE',
    'null',
    '~',
    'Null',
    '',
    '017',
    '0o17',
    '0x1F',
    '1_000',
    '12:30',
    '1e3',
    '.5',
    '-0',
    '+12',
    '.inf',
    '-.INF',
    '1.10',
    '2001-01-01',
    'nothing',
    'trueish',
    'false.example.com',
    '10.0.0.1',
    '$a',
    '"10"',
    "'it''s'",
    '"a\\tb\\u00e9"',
    'a b # c',
    'a#b',
    'http://a:80/b?c=d',
    '"*.example.com"',
  ])('%s', source => {
    expect(read(`a: ${source}\n`).value).toEqual(byLibrary(`a: ${source}\n`))
  })

  it('.nan', () => {
    expect(read('a: .nan').value).toEqual({ a: Number.NaN })
  })

  it.each([
    'a: |\n  one\n  two\nb: 1\n',
    'a: >-\n  one\n  two\n\n  three\nb: 1\n',
    'a: |2\n    one\n   two\n',
    'a:\n- 1\n- - 2\n  - 3\n-\n  b: 4\n',
    'a:\n  - b: 1\n    c: 2\n  - d\n',
    'a: { b: 1, "c": [2, { d: 3 }, ], }\n',
    'a: {b: 1,\n  c: 2 # comment\n  }\n',
    'a: "one\n  two\\\n  three"\nb: plain\n  over two\n',
    '? a\n: b\n? c\n',
    '{"a": {"b": [1, 2, null, true]}}',
    '[1, 2, a: b]\n',
    '"a b": 1\n\'c\': 2\n3: 4\ntrue: 5\n',
    '# only a comment\n',
    '',
    '--- # start\na: 1\n... # end\n',
    'a: &x { b: 1 }\nc: *x\nd: &y 5\ne: [*y, *y]\n',
    'a:\n  # comment\n\n  b: 1   # more\n# less\nc:\n\nd: 2\n',
    'a: 1\r\nb:\r\n  - 2\r\n  - |\r\n    text\r\n    more\r\n',
    'a:\n  b: 1\n  # indented comment\nc: 2\n  # trailing\n',
  ])('%#: structures are read as the library reads them', text => {
    const document = read(text)
    expect(document.diagnostics).toEqual([])
    expect(document.value).toEqual(byLibrary(text))
  })

  it('a byte order mark and deep indents change nothing', () => {
    expect(read('a:\n          b:\n                    c: 1\n').value).toEqual({ a: { b: { c: 1 } } })
  })
})

const scalar = fc.oneof(
  fc.string({ unit: fc.constantFrom('ä', '😀', 'a', ' ', '\t', '\u0085', '\u2028', '-') }),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    'yes',
    '1.0',
    '0x10',
    '- a',
    '#',
    'a: b',
    '${env:A}',
    '"',
    "it's",
    '[',
    '',
    ' ',
    'line\nline',
    '*a',
    '!b',
    '%c',
  ),
)
const key = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,9}$/),
  fc.constantFrom('constructor', 'a b', '502', 'x: y', '#k'),
)
const { value: anyValue } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const file = fc.dictionary(key, fc.dictionary(key, anyValue, { maxKeys: 6, noNullPrototype: true }), {
  maxKeys: 4,
  noNullPrototype: true,
})
const style = fc.record({
  indent: fc.constantFrom(1, 2, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any', 'flow', 'block') as fc.Arbitrary<'any' | 'flow' | 'block'>,
  lineWidth: fc.constantFrom(0, 40, 80),
  defaultStringType: fc.constantFrom(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  ) as fc.Arbitrary<'PLAIN'>,
})
/** The library may write control characters as they are, which YAML forbids. */
const isYaml = (text: string): boolean => !/[\0-\x08\x0B\x0C\x0E-\x1F\x7F\uFFFE\uFFFF]/.test(text)

describe('whatever the library writes', () => {
  it('is read as the library reads it', () => {
    fc.assert(
      fc.property(file, style, (value, options) => {
        const text = stringify(value, options)
        fc.pre(isYaml(text) && parseDocument(text, OPTIONS).errors.length === 0)
        const document = read(text)
        expect(document.diagnostics).toEqual([])
        expect(document.value).toEqual(byLibrary(text))
      }),
      { numRuns: 80 },
    )
  }, 60_000)

  it('is read the same from a file so long that it is taken in pieces', () => {
    const entries = Array.from({ length: 400 }, (_, index) => [
      `route-${index}`,
      { listener: 'web', match: { host: `h${index}.example.com` } },
    ])
    const value = { version: 1, routes: Object.fromEntries(entries), listeners: { web: { port: 80 } } }
    expect(read(stringify(value)).value).toEqual(value)
  })
})

describe('an anchor without a value', () => {
  it.each(['b: 1\n&x ', 'b:\r\n&x ', 'a:\n  b: 1\n  &x\n'])('is told in %j', text => {
    expect(read(text).diagnostics.map(({ code }) => code)).toContain('yaml/syntax')
  })

  it('is null where it stands behind a key', () => {
    expect(read('b:\n &x\n')).toMatchObject({ value: { b: null }, diagnostics: [] })
  })
})

describe('any text', () => {
  it('is a value or a finding, as the library says, and never an exception', () => {
    const pieces = fc.constantFrom(
      'a',
      'b: ',
      ':',
      '- ',
      '\n',
      '\n  ',
      '\n    ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '#',
      ' # c',
      '&x ',
      '*x',
      '!t ',
      '? ',
      '|',
      '>',
      '%',
      '---',
      '...',
      '\t',
      '1',
      '@',
      '`',
      '\r\n',
      '\\',
      '<<',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), parts => {
        const text = parts.join('')
        const document = read(text)
        const theirs = parseDocument(text, OPTIONS)
        const isFine = theirs.errors.length === 0 && theirs.warnings.length === 0
        if (!isFine) expect(document.diagnostics.length).toBeGreaterThan(0)
        // What else we refuse has a code of its own.
        const refused = document.diagnostics.filter(({ code }) => code === 'yaml/syntax')
        if (isFine) expect(refused).toEqual([])
        if (document.diagnostics.length === 0) expect(document.value).toEqual(theirs.toJS())
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})

describe('duplicate keys', () => {
  it('are told with both places, and the first keeps its value', () => {
    const document = read('a:\n  b: 1\n  c: 2\n  b: 3\n')
    expect(document.value).toEqual({ a: { b: 1, c: 2 } })
    const [found] = document.diagnostics
    expect(found).toMatchObject({
      code: 'yaml/duplicate-key',
      at: '/a/b',
      place: { line: 4, column: 3, endColumn: 4 },
    })
    expect(found?.related?.[0]?.place).toMatchObject({ line: 2, column: 3 })
  })

  it('are the same key, however they are quoted', () => {
    expect(codes('a:\n  b: 1\n  "b": 2\n')).toEqual(['3:3 yaml/duplicate-key'])
    expect(codes('502: 1\n"502": 2\n')).toEqual(['2:1 yaml/duplicate-key'])
  })

  it('are found across the pieces of a long file', () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `  id-${index === 2999 ? 0 : index}: { a: 1 }`)
    expect(codes(`routes:\n${lines.join('\n')}\n`)).toEqual(['3001:3 yaml/duplicate-key'])
  })

  it('are looked for in a wide map at no more than its width', () => {
    const run = (count: number): void => {
      const text = `routes:\n${Array.from({ length: count }, (_, index) => `  k${index}: v`).join('\n')}\n`
      expect(read(text).diagnostics).toEqual([])
    }
    expect(growth(run, 2000)).toBeLessThan(30)
  }, 60_000)
})

describe('keys that reach for the prototype', () => {
  it('are keys like any other', () => {
    const { value } = read('__proto__: { polluted: 1 }\na: { __proto__: 2, constructor: 3 }\n')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'a'])
    expect(Object.keys((value as Record<string, object>)['a'] ?? {})).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('aliases', () => {
  it('bring in a copy', () => {
    const { value } = read('a: &x { b: [1] }\nc: *x\n')
    const { a, c } = value as Record<string, unknown>
    expect(c).toEqual(a)
    expect(c).not.toBe(a)
  })

  it('reach across the pieces of a long file', () => {
    const lines = Array.from(
      { length: 2000 },
      (_, index) => `  id-${index}: ${index === 0 ? '&x { a: 1 }' : index === 1999 ? '*x' : '{}'}`,
    )
    const { value, diagnostics } = read(`routes:\n${lines.join('\n')}\n`)
    expect(diagnostics).toEqual([])
    expect((value as { routes: Record<string, unknown> }).routes['id-1999']).toEqual({ a: 1 })
  })

  it('may use an anchor on a whole map of the top', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `  id-${index}: 1`)
    const { value } = read(`a: &x\n${lines.join('\n')}\nb: *x\n`)
    const { a, b } = value as Record<string, object>
    expect(Object.keys(b ?? {})).toEqual(Object.keys(a ?? {}))
  })

  it('that multiply are stopped', () => {
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh'])
      bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join()}]`)
    const start = performance.now()
    expect(codes(bomb.join('\n'))).toContain('5:29 yaml/alias')
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('depth', () => {
  it('64 is fine, 65 is not, 100,000 harms nobody', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(codes(`a: ${nested(63)}`)).toEqual([])
    expect(codes(`a: ${nested(64)}`)).toEqual(['1:67 yaml/too-deep'])
    expect(codes(`a: ${nested(100_000)}`).join()).toContain('yaml/too-deep')
    const block = Array.from({ length: 70 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')
    expect(codes(block).join()).toContain('yaml/too-deep')
  })
})

describe('texts that aren’t used here', () => {
  it.each([
    ['a: !!str 1', '1:4 yaml/tag'],
    ['a: !x b', '1:4 yaml/tag'],
    ['%YAML 1.1\n---\na: 1', '1:1 yaml/directive'],
    ['a: 1\n---\nb: 2', '2:1 yaml/documents'],
    ['a: "\u0007"', '1:5 yaml/syntax'],
    ['? [a]\n: b', '1:3 yaml/key'],
    ['? |\n  two\n  lines\n: b', '1:3 yaml/key'],
  ])('%j', (text, found) => {
    expect(codes(text)).toEqual([found])
  })

  it('has no value when it isn’t YAML', () => {
    expect(read('a: [1').value).toBeUndefined()
    expect(read('a: 1\n b: 2').value).toBeUndefined()
  })

  it('a thousand mistakes make a hundred findings', () => {
    expect(
      read(Array.from({ length: 1000 }, () => 'a: b: c\n').join('')).diagnostics.length,
    ).toBeLessThanOrEqual(100)
  })
})

describe('sites', () => {
  it('are the texts with a reference in them, aliases and all', () => {
    const { sites } = read('a: ${x}\nb: { c: [1, "${y}"] }\nd: &z "${z}"\ne: *z\nf: &g [ "${h}" ]\ni: *g\n')
    expect(sites.map(({ steps }) => steps.join('/'))).toEqual(['a', 'b/c/1', 'd', 'e', 'f/0', 'i/0'])
    expect(
      sites.every(({ owner, key }) =>
        String((owner as Record<string | number, unknown>)[key]).includes('${'),
      ),
    ).toBe(true)
  })
})
