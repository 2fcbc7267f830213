import { describe, expect, it } from 'vitest'
import { type Identity, openKeep } from '../../../src/state/keep.ts'

describe('a keep', () => {
  it('makes a value once and gives it back for as long as it is alive', () => {
    const keep = openKeep()
    const id: Identity<{ n: number }> = 'counter:a#1'
    const first = keep.at(id, () => ({ n: 1 }))
    expect(keep.at(id, () => ({ n: 2 }))).toBe(first)
    expect(keep.size).toBe(1)
  })

  it('forgets and disposes what is not alive any more', () => {
    const keep = openKeep()
    const gone: string[] = []
    for (const name of ['a', 'b', 'c'])
      keep.at(name, () => ({ [Symbol.dispose]: () => void gone.push(name) }))
    keep.at('plain', () => 7)
    expect(keep.retain(identity => identity === 'b')).toBe(3)
    expect(gone).toEqual(['a', 'c'])
    expect(keep.size).toBe(1)
    expect(keep.at('a', () => 'new')).toBe('new')
  })

  it('takes names of Object for ordinary identities', () => {
    const keep = openKeep()
    expect(keep.at('__proto__', () => 1)).toBe(1)
    expect(keep.at('constructor', () => 2)).toBe(2)
  })
})
