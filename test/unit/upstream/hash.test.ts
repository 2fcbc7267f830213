// The policy `hash`: what a request is hashed on, who gets which keys, and which keys move.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKey, keyWords, readKeySources } from '../../../src/upstream/hash-key.ts'
import { openPoolState, setAvailable } from '../../../src/upstream/pool-state.ts'
import { chosenBy } from '../../../src/upstream/select.ts'
import type { Pool } from '../../../src/upstream/target.ts'
import type { ForwardWords, TargetWords } from '../../support/config.ts'
import { named, next, pool, take, weighted } from '../../support/pools.ts'
import { factsOf, type WishWords, wishOf } from '../../support/wish.ts'

const on = (...words: readonly string[]): ForwardWords => ({ hash_on: words })

function hashed(targets: readonly TargetWords[], words: ForwardWords = on('query:k')): Pool {
  return pool('hash', targets, words)
}

/** Who serves each of so many keys. */
function owners(from: Pool, count: number, state = openPoolState()): string[] {
  return Array.from({ length: count }, (_, key) => next(state, from, wishOf({ target: `/?k=${key}` })))
}

function moved(before: readonly string[], after: readonly string[]): readonly string[] {
  return before.filter((name, key) => name !== after[key])
}

describe('the key', () => {
  const REQUEST: WishWords = {
    target: '/a%20b/c?x=1&user=u%201&empty=',
    host: 'App.Example:8080',
    from: '192.0.2.7',
    fields: [
      ['X-Tenant', 'one'],
      ['Cookie', 'a=1; session=s1;b=2'],
      ['x-tenant', 'two'],
      ['Cookie', 'last="q"'],
    ],
  }

  it.each([
    ['client_ip', '192.0.2.7'],
    ['host', 'app.example'],
    ['path', '/a b/c'],
    ['uri', '/a%20b/c?x=1&user=u%201&empty='],
    ['header:X-TENANT', 'one, two'],
    ['cookie:session', 's1'],
    ['cookie:last', '"q"'],
    ['query:user', 'u%201'],
    ['cookie:sess', undefined],
    ['cookie:SESSION', undefined],
    ['header:X-None', undefined],
    ['query:use', undefined],
    ['query:empty', undefined],
    ['none', undefined],
  ])('%s is %s', (word, expected) => {
    expect(hashKey(readKeySources([word]), factsOf(REQUEST))).toBe(expected)
  })

  it('of a list is joined, and is there when one part is', () => {
    const key = (...words: string[]) => hashKey(readKeySources(words), factsOf(REQUEST))
    expect(key('host', 'cookie:b')).toBe('app.example\n2')
    expect(key('header:X-None', 'query:x')).toBe('\n1')
    expect(key('header:X-None', 'cookie:none')).toBeUndefined()
  })

  it('of a visitor on a unix socket has no address', () => {
    expect(hashKey(readKeySources(['client_ip']), factsOf({ from: '' }))).toBeUndefined()
  })

  it('is told in the words of the file', () => {
    expect(keyWords(readKeySources(['client_ip', 'header:X-A', 'cookie:b']))).toBe(
      'client_ip, header:x-a, cookie:b',
    )
  })
})

describe('a request without a key', () => {
  it('takes its turn, which those with keys do not move', () => {
    const from = hashed(named('abc'))
    const state = openPoolState()
    let names = ''
    for (let n = 0; n < 6; n++) {
      names += take(state, from, 1)
      take(state, from, 5, wishOf({ target: '/?k=1' }))
    }
    expect(names).toBe('abcabc')
  })

  it('is hashed on hash_fallback when that has something', () => {
    const from = hashed(named('abcdef'), { hash_on: ['header:X-User'], hash_fallback: ['client_ip'] })
    const state = openPoolState()
    const name = take(state, from, 1, wishOf({ from: '192.0.2.9' }))
    expect(take(state, from, 5, wishOf({ from: '192.0.2.9' }))).toBe(name.repeat(5))
    expect(take(state, from, 6, wishOf({ from: '' }))).toBe('abcdef')
  })

  it('is told apart by explain', () => {
    const from = hashed(named('ab'), { hash_on: ['header:X-User'], hash_fallback: ['client_ip'] })
    expect(chosenBy(from, wishOf({ fields: [['X-User', 'secret']] }), undefined)).toBe(
      'hash on header:x-user',
    )
    expect(chosenBy(from, wishOf(), undefined)).toBe('hash on client_ip, for lack of header:x-user')
    expect(chosenBy(from, wishOf({ from: '' }), undefined)).toBe(
      'round_robin, for lack of header:x-user, client_ip',
    )
    expect(chosenBy(pool('random', named('a')), wishOf(), undefined)).toBe('random')
  })
})

describe('slots', () => {
  it('are shared by weight', () => {
    const names = owners(hashed(weighted(1, 2, 5)), 8_000)
    for (const [name, part] of [
      ['a', 1 / 8],
      ['b', 2 / 8],
      ['c', 5 / 8],
    ] as const)
      expect(Math.abs(names.filter(one => one === name).length / 8_000 - part)).toBeLessThan(0.02)
  })

  it('of one target that goes are all that moves: one in n', () => {
    const before = owners(hashed(named('abcd')), 4_000)
    const after = owners(hashed(named('abd')), 4_000)
    expect(new Set(moved(before, after))).toEqual(new Set(['c']))
    expect(moved(before, after).length / 4_000).toBeLessThan(0.27)
    for (const name of 'abd') expect(after.filter(one => one === name).length / 4_000).toBeGreaterThan(0.3)
  })

  it('move only to one that comes, and only as weights change', () => {
    const before = owners(hashed(weighted(1, 1, 1)), 3_000)
    const more = owners(hashed(weighted(1, 1, 1, 1)), 3_000)
    expect(before.every((name, key) => more[key] === name || more[key] === 'd')).toBe(true)
    const heavier = owners(hashed(weighted(1, 1, 2)), 3_000)
    expect(before.every((name, key) => heavier[key] === name || heavier[key] === 'c')).toBe(true)
  })

  it('do not follow the order of the file, nor what was before', () => {
    const names = fc.shuffledSubarray([...'abcdef'], { minLength: 1 })
    fc.assert(
      fc.property(names, names, (one, two) => {
        const state = openPoolState()
        owners(hashed(named(one.join(''))), 20, state)
        const sorted = [...two].sort().join('')
        expect(owners(hashed(named(two.join(''))), 50, state)).toEqual(owners(hashed(named(sorted)), 50))
      }),
      { numRuns: 30 },
    )
  })

  it('of one that is unavailable go to all others, and come back', () => {
    const state = openPoolState()
    const from = hashed(named('abcd'))
    const before = owners(from, 2_000, state)
    setAvailable(state, 'b', 'test', 'off')
    const during = owners(from, 2_000, state)
    expect(new Set(moved(before, during))).toEqual(new Set(['b']))
    const heirs = during.filter((_, key) => before[key] === 'b')
    for (const name of 'acd')
      expect(heirs.filter(one => one === name).length / heirs.length).toBeGreaterThan(0.2)
    setAvailable(state, 'b', 'test', undefined)
    expect(owners(from, 2_000, state)).toEqual(before)
  })

  it('have a second owner for those that have tried the first', () => {
    const from = hashed(named('abcd'))
    const without = owners(hashed(named('acd')), 300)
    const b = from.targets.filter(({ name }) => name === 'b')
    const after = Array.from({ length: 300 }, (_, key) =>
      next(openPoolState(), from, wishOf({ target: `/?k=${key}`, tried: b })),
    )
    expect(after).toEqual(without)
  })

  it('may be few: then keys share them', () => {
    const names = owners(hashed(named('ab'), { ...on('query:k'), slots: 16 }), 500)
    expect(new Set(names)).toEqual(new Set(['a', 'b']))
  })
})
