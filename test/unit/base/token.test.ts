import { describe, expect, it } from 'vitest'
import { isToken, tokenHash } from '../../../src/base/token.ts'

describe('a token', () => {
  it('is known by its SHA-256', () => {
    expect(tokenHash('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(isToken('abc', tokenHash('abc'))).toBe(true)
    expect(isToken('abc', tokenHash('abc').toUpperCase())).toBe(true)
  })

  it.each(['', 'abd', 'abc ', 'a'.repeat(10_000)])('%.10j is no other token', token => {
    expect(isToken(token, tokenHash('abc'))).toBe(false)
  })

  it('is nobody’s when the agent isn’t known, not even the empty one', () => {
    expect(isToken('', undefined)).toBe(false)
    expect(isToken('abc', undefined)).toBe(false)
  })
})
