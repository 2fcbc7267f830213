import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointer, step, steps } from '../../../src/base/pointer.ts'

describe('pointer', () => {
  it('escapes as RFC 6901 section 5 shows', () => {
    expect(pointer('routes', 'a/b', 'm~n', 0)).toBe('/routes/a~1b/m~0n/0')
    expect(step('', '')).toBe('/')
    expect(steps('')).toEqual([])
    expect(steps('/~01')).toEqual(['~1'])
  })

  it('gives back the steps it was built from', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), way => {
        expect(steps(pointer(...way))).toEqual(way)
      }),
    )
  })
})
