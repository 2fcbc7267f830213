import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldLists } from '../../../../src/wire/h2/field-lists.ts'
import { H2Request } from '../../../../src/wire/h2/request.ts'
import { PSEUDO, pseudo, readH2 } from '../../../support/h2-request.ts'
import { DEFAULT_LIMITS, fieldsOf, type ReadField } from '../../../support/wire-log.ts'

const BROWSER: readonly ReadField[] = [...PSEUDO, ['user-agent', 'x'], ['cookie', 'a=1'], ['accept', '*/*']]

/** The same with another value at one place; a list of it is as new as one that node:http2 makes. */
const changed = (at: number, value: string): ReadField[] =>
  BROWSER.map(([name, old], index) => [name, index === at ? value : old])

const at = (path: string): ReadField[] => changed(3, path)

describe('FieldLists', () => {
  it('knows a list that came before again, whatever its path', () => {
    const lists = new FieldLists()
    const first = lists.read(BROWSER.flat())
    expect(lists.read(BROWSER.flat())).toBe(first)
    expect(lists.read(at('/other').flat())).toBe(first)
  })

  it.each<[string, readonly ReadField[]]>([
    ['another value', changed(5, 'a=2')],
    ['another method', changed(0, 'HEAD')],
    ['another authority', changed(2, 'b.test')],
    ['another name', [...BROWSER.slice(0, -1), ['accept-language', '*/*']]],
    ['a field more', [...BROWSER, ['dnt', '1']]],
    ['a field less', BROWSER.slice(0, -1)],
    ['its path elsewhere', BROWSER.toReversed()],
  ])('reads one with %s anew', (_, list) => {
    const lists = new FieldLists()
    const first = lists.read(BROWSER.flat())
    const second = lists.read(list.flat())
    expect(second).not.toBe(first)
    expect(second).toEqual(new FieldLists().read(list.flat()))
  })

  it('knows the last four again, in whatever order they come', () => {
    const lists = new FieldLists()
    const read = (n: number) => lists.read(changed(6, `type/${n}`).flat())
    const first = [1, 2, 3, 4].map(read)
    const isAgain = (n: number): boolean => read(n) === first[n - 1]
    expect([3, 1, 4, 2].map(isAgain)).toEqual([true, true, true, true])
    read(5)
    expect([4, 3, 2, 1].map(isAgain)).toEqual([true, true, true, false])
  })

  it('has one head for all who say the same, from the second time on', () => {
    const lists = new FieldLists()
    const [first, second, third] = ['/', '/2', '/3'].map(path => readH2(at(path), { lists }))
    expect(second?.request.head).toBe(third?.request.head)
    expect(first?.request.head).not.toBe(second?.request.head)
    second?.request.clear()
    expect(second?.request.head.count).toBe(0)
    expect(third?.fields).toEqual(first?.fields)
    expect(readH2(at('/4'), { lists }).fields).toEqual(first?.fields)
  })

  it('a head that all have is held to the limits of each', () => {
    const lists = new FieldLists()
    const status = (maxHeaders: number): number | undefined =>
      readH2(BROWSER, { lists, limits: { ...DEFAULT_LIMITS, maxHeaders } }).refusal?.status
    expect([4, 4, 4, 3, 4].map(status)).toEqual([undefined, undefined, undefined, 431, undefined])
  })

  it('what no head can say is refused as often as it is said', () => {
    const lists = new FieldLists()
    const status = (): number | undefined => readH2(changed(5, 'a\r\nb: c'), { lists }).refusal?.status
    expect([status(), status(), status()]).toEqual([400, 400, 400])
  })

  it('a list that is refused is refused again, and is not remembered', () => {
    const lists = new FieldLists()
    const first = lists.read(BROWSER.flat())
    const twice = [...BROWSER.flat(), ':method', 'GET']
    expect(lists.read(twice)).toMatchObject({ status: 400 })
    expect(lists.read(twice)).toMatchObject({ status: 400 })
    expect(lists.read(BROWSER.flat())).toBe(first)
  })

  it('keeps no long ones', () => {
    const lists = new FieldLists()
    const long: readonly ReadField[] = [...BROWSER, ['x-long', 'x'.repeat(2048)]]
    expect(lists.read(long.flat())).not.toBe(lists.read(long.flat()))
  })

  it.each([
    ['a path', ':path', true],
    ['a method', ':method', false],
    ['a scheme', ':scheme', false],
  ])('keeps nothing of %s as long as a head may be', (_, name, isKnown) => {
    const lists = new FieldLists()
    const long = pseudo({ [name]: '/'.repeat(64 * 1024) }).flat()
    const first = lists.read(long)
    expect(lists.read(long) === first).toBe(isKnown)
    expect(JSON.stringify(lists).length).toBeLessThan(4096)
  })

  it('whatever came before on a connection, a request reads as if it had come alone', () => {
    const value = fc.constantFrom('', 'a', 'b c', 'x\r\ny: z', '\0', 'a=1; b=2')
    const path = fc.constantFrom('/', '/other', '/x y', '/a\r\nb: c', '*', 'none')
    const method = fc.constantFrom('GET', 'HEAD', 'CONNECT', 'OPTIONS', 'GET / HTTP/1.1\r\nx: GET')
    const fields = fc.array(fc.tuple(fc.constantFrom('x-a', 'cookie', 'host', 'expect', ':path'), value), {
      maxLength: 2,
    })
    const one = fc.tuple(path, method, fields, fc.boolean())
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 8 }), all => {
        const lists = new FieldLists()
        const request = new H2Request()
        for (const [target, verb, list, isWhole] of all) {
          const said = [...pseudo({ ':path': target, ':method': verb }), ...list]
          const alone = readH2(said, { isWhole })
          request.clear()
          const refusal = request.read(said.flat(), 'http', DEFAULT_LIMITS, isWhole, lists)
          expect([refusal, request.isHead]).toEqual([alone.refusal, alone.request.isHead])
          if (refusal !== undefined) continue
          expect(fieldsOf(request.head)).toEqual(alone.fields)
          const { authority, framing, isConnect, expectsContinue } = alone.request
          expect(request).toMatchObject({ authority, framing, isConnect, expectsContinue })
          expect(request.line).toMatchObject({ method: alone.request.line.method, target })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
