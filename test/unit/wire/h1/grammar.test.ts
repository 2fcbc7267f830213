import { describe, expect, it } from 'vitest'
import { HEX, isToken, LOWER_TOKEN, TARGET_CHAR, VALUE_CHAR } from '../../../../src/wire/h1/grammar.ts'

const ALL = Array.from({ length: 256 }, (_, code) => code)
const codesOf = (text: string): number[] => [...text].map(char => char.charCodeAt(0)).sort((a, b) => a - b)
const marked = (table: Uint8Array): number[] => ALL.filter(code => table[code] !== 0)

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()

describe('character classes', () => {
  it('a token holds letters, digits and fifteen marks', () => {
    expect(marked(LOWER_TOKEN)).toEqual(codesOf(`!#$%&'*+-.^_\`|~${DIGITS}${LOWER}${UPPER}`))
  })

  it('a token character is mapped to its lower case', () => {
    expect(codesOf(UPPER).map(code => LOWER_TOKEN[code])).toEqual(codesOf(LOWER))
    expect(codesOf(`${LOWER}${DIGITS}`).map(code => LOWER_TOKEN[code])).toEqual(codesOf(`${LOWER}${DIGITS}`))
  })

  it('a value holds the tab, what can be seen, and bytes above ASCII', () => {
    expect(marked(VALUE_CHAR)).toEqual(ALL.filter(code => code === 9 || (code >= 32 && code !== 127)))
  })

  it('a target holds neither controls, space, DEL nor #', () => {
    expect(ALL.filter(code => TARGET_CHAR[code] === 0)).toEqual([...ALL.slice(0, 33), 35, 127])
  })

  it('a hex digit has its value in either letter case, anything else has 255', () => {
    expect(codesOf(DIGITS).map(code => HEX[code])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(codesOf('abcdef').map(code => HEX[code])).toEqual([10, 11, 12, 13, 14, 15])
    expect(codesOf('ABCDEF').map(code => HEX[code])).toEqual([10, 11, 12, 13, 14, 15])
    expect(ALL.filter(code => HEX[code] !== 255)).toHaveLength(22)
  })
})

describe('isToken', () => {
  it.each(['a', 'A-b_c', '100', '__proto__'])('%j is one', text => expect(isToken(text)).toBe(true))
  it.each(['', ' a', 'a ', 'a b', 'a:b', 'é', 'a\0', 'a/b'])('%j is none', text => {
    expect(isToken(text)).toBe(false)
  })
})
