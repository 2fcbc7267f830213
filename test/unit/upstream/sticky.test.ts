// Sticky cookies: what they say, whom they lead to, and whom they don't.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openPoolState, setAvailable } from '../../../src/upstream/pool-state.ts'
import { chosenBy, select } from '../../../src/upstream/select.ts'
import { Tokens } from '../../../src/upstream/sticky.ts'
import type { Pool, Target } from '../../../src/upstream/target.ts'
import type { TargetWords } from '../../support/config.ts'
import { named, next, pool, take } from '../../support/pools.ts'
import { wishOf } from '../../support/wish.ts'

const SECRET = Buffer.alloc(32, 7)
const STICKY = { enabled: true, cookie: 'p2p_sticky', ttl: '0s' }

function sticky(targets: readonly TargetWords[], ttl = '0s', id?: string): Pool {
  const made = pool('round_robin', targets, { sticky: { ...STICKY, ttl } })
  return id === undefined ? made : { ...made, id }
}

function tokensOf(from: Pool, secret = SECRET): Tokens {
  if (from.sticky === undefined) throw new Error('not sticky')
  return new Tokens(from, from.sticky, secret)
}

function targetAt(from: Pool, index: number): Target {
  const target = from.targets[index]
  if (target === undefined) throw new Error('no target')
  return target
}

/** The cookie's value alone. */
function valueFor(from: Pool, index: number, secret = SECRET, shown?: string): string {
  const cookie = tokensOf(from, secret).cookieFor(targetAt(from, index), false, shown)
  const [, value = ''] = /^p2p_sticky=([^;]*)/.exec(cookie) ?? []
  return value
}

describe('a cookie', () => {
  it('is for this host alone, out of reach of scripts, and secure where its visitor is', () => {
    const from = sticky(named('ab'))
    const tokens = tokensOf(from)
    expect(tokens.cookieFor(targetAt(from, 0), false, undefined)).toMatch(
      /^p2p_sticky=[\w-]{11}\.[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(tokens.cookieFor(targetAt(from, 0), true, undefined)).toMatch(/; SameSite=Lax; Secure$/)
    const lasting = sticky(named('ab'), '90m')
    expect(tokensOf(lasting).cookieFor(targetAt(lasting, 1), false, undefined)).toContain(
      '; Path=/; Max-Age=5400; HttpOnly',
    )
  })

  it('leads to its target, through edits and restarts', () => {
    const from = sticky(named('abc'))
    const value = valueFor(from, 1)
    expect(tokensOf(from).targetOf(value)?.name).toBe('b')
    const edited = sticky([...named('zb', { weight: 5 }), { url: 'http://y' }])
    expect(tokensOf(edited).targetOf(value)).toBe(edited.targets[1])
    expect(tokensOf(sticky(named('ac'))).targetOf(value)).toBeUndefined()
  })

  it('says nothing about where its target is', () => {
    const from = sticky([{ url: 'http://10.1.2.3:8080' }, { url: 'http://10.1.2.4:8080' }])
    expect(valueFor(from, 0)).not.toBe(valueFor(from, 1))
    expect(Buffer.from(valueFor(from, 0), 'base64url').toString('latin1')).not.toContain('10.1')
  })

  it('holds what other pools gave under its name, and one of each', () => {
    const [one, other] = [sticky(named('ab'), '0s', 'one'), sticky(named('ab'), '0s', 'other')]
    const both = valueFor(other, 1, SECRET, valueFor(one, 0))
    expect(tokensOf(one).targetOf(both)).toBe(one.targets[0])
    expect(tokensOf(other).targetOf(both)).toBe(other.targets[1])
    const moved = valueFor(one, 1, SECRET, both)
    expect(moved.split('~')).toHaveLength(2)
    expect(tokensOf(one).targetOf(moved)).toBe(one.targets[1])
    expect(tokensOf(other).targetOf(moved)).toBe(other.targets[1])
  })

  it('holds no more than eight, the last ones, and nothing that is none', () => {
    const pools = Array.from({ length: 10 }, (_, n) => sticky(named('ab'), '0s', `pool${n}`))
    const full = pools.reduce((shown, from) => valueFor(from, 0, SECRET, shown), '')
    expect(full.split('~')).toHaveLength(8)
    expect(pools.map(from => tokensOf(from).targetOf(full) === from.targets[0])).toEqual(
      pools.map((_, n) => n >= 2),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('~', `${full}~x`, `${full}~~`)), shown => {
        expect(valueFor(sticky(named('ab')), 0, SECRET, shown)).toMatch(
          /^(?:[\w-]{11}\.[\w-]{22}~){0,7}[\w-]{11}\.[\w-]{22}$/,
        )
      }),
    )
  })

  it('of another secret, another pool, or made up, leads nowhere', () => {
    const from = sticky(named('ab'))
    const tokens = tokensOf(from)
    const [name = '', mark = ''] = valueFor(from, 0).split('.')
    const [, other = ''] = valueFor(from, 1).split('.')
    const made = [
      '',
      '.',
      name,
      `${name}.`,
      `.${mark}`,
      `${name}.${other}`,
      `${name}.${mark.slice(0, -4)}`,
      `${name}${mark}`,
    ]
    for (const value of [...made, valueFor(from, 0, Buffer.alloc(32, 8)), undefined])
      expect(tokens.targetOf(value), value).toBeUndefined()
    fc.assert(fc.property(fc.string(), value => tokens.targetOf(value) === undefined))
    fc.assert(fc.property(fc.string(), value => tokens.targetOf(`${name}.${value}`) === undefined))
  })
})

describe('a target that a visitor belongs to', () => {
  const from = sticky([...named('abc'), ...named('d', { priority_group: 1 })])
  const wishing = (index: number) => wishOf({ wanted: targetAt(from, index) })

  it('is chosen every time, and nobody’s turn moves', () => {
    const state = openPoolState()
    expect(take(state, from, 1)).toBe('a')
    expect(take(state, from, 5, wishing(2))).toBe('ccccc')
    expect(take(state, from, 3)).toBe('bca')
    const wish = wishing(2)
    expect(chosenBy(from, wish, select(from, state, wish))).toBe('the cookie p2p_sticky')
    expect(chosenBy(from, wishOf(), select(from, state, wishOf()))).toBe('round_robin')
  })

  it('is left while it is unavailable, or has been tried', () => {
    const state = openPoolState()
    setAvailable(state, 'c', 'test', 'off')
    expect(next(state, from, wishing(2))).toBe('a')
    setAvailable(state, 'c', 'test', undefined)
    expect(next(state, from, wishing(2))).toBe('c')
    const c = targetAt(from, 2)
    expect(next(state, from, wishOf({ wanted: c, tried: [c] }))).not.toBe('c')
  })

  it('is left when it takes no new requests, or another group serves again', () => {
    const state = openPoolState()
    const edited = sticky([...named('ab'), ...named('c', { weight: 0 })])
    expect(next(state, edited, wishOf({ wanted: targetAt(edited, 2) }))).toBe('a')
    for (const key of ['a', 'b', 'c']) setAvailable(state, key, 'test', 'off')
    expect(next(state, from, wishing(3))).toBe('d')
    setAvailable(state, 'b', 'test', undefined)
    expect(next(state, from, wishing(3))).toBe('b')
  })
})
