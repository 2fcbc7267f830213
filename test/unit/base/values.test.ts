import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { canonical, hashBytes, hashOf } from '../../../src/base/hash.ts'
import { Secret } from '../../../src/base/secret.ts'

describe('hashes', () => {
  it('equal values have equal hashes, whatever the order of their keys', () => {
    expect(hashOf({ a: 1, b: [2, { c: 3, d: 4 }] })).toBe(hashOf({ b: [2, { d: 4, c: 3 }], a: 1 }))
    expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }))
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]))
    expect(canonical({ b: null, a: 'x' })).toBe('{"a":"x","b":null}')
  })

  it('text and its bytes have the same hash of 32 hex digits', () => {
    expect(hashBytes('ä')).toBe(hashBytes(Buffer.from('ä')))
    expect(hashBytes('')).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('secrets', () => {
  it('no way of printing shows them', () => {
    const secret = new Secret('hunter2')
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true }),
    ]
    expect(shown.join()).not.toContain('hunter2')
    expect(secret.reveal()).toBe('hunter2')
  })
})
