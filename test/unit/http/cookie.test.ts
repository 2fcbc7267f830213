import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cookieOf, withoutCookies } from '../../../src/http/cookie.ts'
import { fieldReader } from '../../support/field-reader.ts'

describe('a cookie', () => {
  const fields = fieldReader([
    ['Cookie', 'a=1; bb=2;c="x y" ; empty='],
    ['cookie', 'd=4=5; a=other'],
  ])

  it.each([
    ['a', '1'],
    ['bb', '2'],
    ['c', '"x y"'],
    ['empty', ''],
    ['d', '4=5'],
    ['b', undefined],
    ['A', undefined],
    ['x', undefined],
  ])('%s is %s', (name, value) => {
    expect(cookieOf(fields, name)).toBe(value)
  })
})

describe('a Cookie field without our own', () => {
  it.each([
    ['own=1', ''],
    ['own=1; a=2', 'a=2'],
    ['a=2; own=1', 'a=2'],
    ['a=2;own=1 ;b="3; "', 'a=2;b="3; "'],
    ['own=1; own=2; a=3; more=x', 'a=3'],
    ['owner=1; a=own=2; disown=3; own', 'owner=1; a=own=2; disown=3; own'],
    ['', ''],
  ])('%j is %j', (field, expected) => {
    expect(withoutCookies(field, ['own', 'more'])).toBe(expected)
  })

  it('has every other pair as it was, and in its order', () => {
    const pair = fc.tuple(fc.constantFrom('own', 'owner', 'a', 'x-own'), fc.stringMatching(/^[!-:<-~]{0,6}$/))
    fc.assert(
      fc.property(fc.array(pair), pairs => {
        const written = (list: readonly (readonly [string, string])[]) =>
          list.map(([name, value]) => `${name}=${value}`).join('; ')
        expect(withoutCookies(written(pairs), ['own'])).toBe(
          written(pairs.filter(([name]) => name !== 'own')),
        )
      }),
    )
  })
})
