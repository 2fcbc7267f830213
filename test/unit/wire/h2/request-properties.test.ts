// Whatever a list says, the head made of it says the same and nothing else, and both protocols agree on what is refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNKED } from '../../../../src/wire/h1/framing.ts'
import { pseudo, readH2 } from '../../../support/h2-request.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { type ReadField, readRequests } from '../../../support/wire-log.ts'

/** Fields that HTTP/2 has no use for, or that a list says in another way; nghttp2 or the test itself puts them elsewhere. */
const ELSEWHERE = new Set([
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'connection',
  'host',
])

/** A value with what is likeliest to end a line, a head or a parser's patience. */
const value = fc
  .array(
    fc.constantFrom(
      'a',
      'b: c',
      ' ',
      '\t',
      ':',
      '\r',
      '\n',
      '\r\n',
      '\r\n\r\n',
      '\0',
      '\x7f',
      '\xff',
      '\x01',
    ),
    {
      maxLength: 4,
    },
  )
  .map(parts => parts.join(''))
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('x-a', 'cookie', 'accept', 'x_b', '__proto__') },
  { weight: 1, arbitrary: value.filter(text => !text.includes(':')) },
)
const fields = fc.array(fc.tuple(name, value), { maxLength: 5 })
const path = fc.oneof(
  fc.constant('/'),
  value.map(text => `/${text}`),
  value,
)
const method = fc.oneof(fc.constantFrom('GET', 'POST', 'OPTIONS'), value)

const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

/** The fields of a head for a list: Host first, crumbs joined last. */
function expected(list: readonly ReadField[], authority: string): readonly ReadField[] {
  const crumbs = list.filter(([field]) => field === 'cookie').map(([, text]) => text)
  const cookie = crumbs.reduce((sum, crumb) => (sum === '' ? crumb : `${sum}; ${crumb}`), '')
  return [
    ['host', authority],
    ...list.filter(([field]) => field !== 'cookie').map(([field, text]): ReadField => [field, trimmed(text)]),
    ...(cookie === '' ? [] : [['cookie', trimmed(cookie)] as const]),
  ]
}

describe('a list of pseudo-headers and fields', () => {
  it('that is accepted makes a head of exactly these', () => {
    fc.assert(
      fc.property(fields, path, method, (list, target, verb) => {
        const read = readH2([...pseudo({ ':path': target, ':method': verb }), ...list])
        if (read.refusal !== undefined) return
        expect(read.fields).toEqual(expected(list, 'a.test'))
        expect(read.request.line).toMatchObject({ method: verb, target })
        const { head } = read.request
        expect(head.starts[head.count]).toBe(head.text.length - 2)
      }),
      { numRuns: 3000 },
    )
  })

  it('with CR, LF or NUL in any of them is refused', () => {
    const bad = fc
      .tuple(
        value,
        fc.constantFrom('\r', '\n', '\0', '\r\n', '\r\n\r\n', '\r\na: b', '\r\na: b\r\n\r\n'),
        value,
      )
      .map(parts => parts.join(''))
    fc.assert(
      fc.property(
        fields,
        bad,
        fc.nat(5),
        fc.constantFrom('name', 'value', ':path', ':method', ':authority'),
        (list, text, at, where) => {
          const damaged: readonly ReadField[] = where === 'name' ? [[text, 'a']] : [['x-a', text]]
          const all = where.startsWith(':')
            ? [...pseudo({ [where]: text }), ...list]
            : [...pseudo({}), ...list.slice(0, at), ...damaged, ...list.slice(at)]
          expect(readH2(all).refusal).toBeDefined()
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is refused, with the same status, exactly where HTTP/1.1 refuses the same words', () => {
    const plain = value.filter(text => !/[\r\n]/.test(text))
    const one = fc.tuple(
      fc.oneof(
        fc.constantFrom('x-a', 'expect', 'content-length'),
        plain.filter(text => !text.includes(':')),
      ),
      plain,
    )
    fc.assert(
      fc.property(one, ([field, text]) => {
        const list: readonly ReadField[] = [[field, text]]
        const h1 = readRequests([`GET / HTTP/1.1\r\nhost: a.test\r\n${field}: ${text}\r\n\r\n`])
        expect(readH2([...pseudo({}), ...list]).refusal?.status).toBe(h1.refusal?.status)
      }),
      { numRuns: 2000 },
    )
  })

  it('said in HTTP/1.1 by any good request reads the same', () => {
    fc.assert(
      fc.property(wire.request, made => {
        const list = wire
          .asRead(made.fields)
          .map(([field, text]): ReadField => [field.toLowerCase(), text])
          .filter(([field]) => !ELSEWHERE.has(field))
        const length: readonly ReadField[] =
          made.body.kind === 'length' ? [['content-length', String(made.body.data.length)]] : []
        const isWhole = wire.dataOf(made.body) === '' && made.body.kind !== 'chunks'
        const read = readH2(
          [
            ...pseudo({ ':method': made.method, ':path': made.target, ':authority': made.host }),
            ...list,
            ...length,
          ],
          { isWhole },
        )
        expect(read.refusal).toBeUndefined()
        expect(read.request.line).toMatchObject({ method: made.method, pathAndQuery: made.target })
        const framing =
          made.body.kind === 'length' ? made.body.data.length : made.body.kind === 'none' ? 0 : CHUNKED
        expect([read.request.authority, read.request.framing]).toEqual([made.host, framing])
        expect(read.fields).toEqual(expected([...list, ...length], made.host))
      }),
      { numRuns: 500 },
    )
  })
})
