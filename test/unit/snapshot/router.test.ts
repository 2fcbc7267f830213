import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { routerSteps } from '../../../src/snapshot/router.ts'
import type { Route } from '../../../src/snapshot/snapshot.ts'
import { findLinearly } from '../../support/linear-router.ts'
import { finish, type RouteWords, routeOf } from '../../support/routes.ts'

function find(
  routes: readonly Route[],
  host: string,
  decodedPath: string,
  method = 'GET',
): string | undefined {
  return finish(routerSteps(routes)).find({ host, decodedPath, method })?.id
}

describe('the router', () => {
  it('takes the lowest priority, and of equals the first id by code points', () => {
    const routes = [
      routeOf('b', { prefix: ['/'] }),
      routeOf('B', { prefix: ['/'] }),
      routeOf('a10', { prefix: ['/'] }),
      routeOf('a9', { prefix: ['/'] }),
      routeOf('low', { prefix: ['/low'], priority: -5 }),
    ]
    expect(find(routes, 'x', '/')).toBe('B')
    expect(find(routes.slice(2), 'x', '/')).toBe('a10')
    expect(find(routes, 'x', '/low')).toBe('low')
  })

  it('never counts how specific a route is', () => {
    const routes = [
      routeOf('any', { prefix: ['/'], priority: 1 }),
      routeOf('wild', { host: ['*.example.com'], priority: 2 }),
      routeOf('exact', { host: ['a.example.com'], path: ['/x'], methods: ['GET'], priority: 3 }),
    ]
    expect(find(routes, 'a.example.com', '/x')).toBe('any')
    expect(find(routes.slice(1), 'a.example.com', '/x')).toBe('wild')
    expect(find(routes.slice(2), 'a.example.com', '/x')).toBe('exact')
  })

  it('passes over disabled and default routes', () => {
    const routes = [
      routeOf('off', { prefix: ['/'], enabled: false, priority: 1 }),
      routeOf('fallback', { isDefault: true, priority: 1 }),
      routeOf('on', { prefix: ['/a'] }),
    ]
    expect(find(routes, 'x', '/a')).toBe('on')
    expect(find(routes, 'x', '/b')).toBeUndefined()
    const router = finish(routerSteps(routes))
    expect(router.fallback?.id).toBe('fallback')
    expect(router.routes.map(route => route.id)).toEqual(['off', 'on', 'fallback'])
  })

  it('has no fallback when the default route is disabled', () => {
    expect(finish(routerSteps([routeOf('d', { isDefault: true, enabled: false })])).fallback).toBeUndefined()
  })

  it("goes on to a later route when the method is not the first one's", () => {
    const routes = [
      routeOf('read', { prefix: ['/a'], methods: ['GET', 'HEAD'], priority: 1 }),
      routeOf('write', { prefix: ['/a'], methods: ['POST'], priority: 2 }),
      routeOf('rest', { prefix: ['/a'], priority: 3 }),
    ]
    expect(find(routes, 'x', '/a', 'HEAD')).toBe('read')
    expect(find(routes, 'x', '/a', 'POST')).toBe('write')
    expect(find(routes, 'x', '/a', 'DELETE')).toBe('rest')
    expect(find(routes, 'x', '/a', '__proto__')).toBe('rest')
  })

  it('takes names of Object for ordinary hosts and paths', () => {
    const words = ['__proto__', 'constructor', 'prototype', 'valueof']
    const routes = words.map(word =>
      routeOf(`r-${word}`.replaceAll('_', 'u'), { host: [word], prefix: [`/${word}`] }),
    )
    for (const word of words) {
      expect(find(routes, word, `/${word}/x`)).toBe(`r-${word}`.replaceAll('_', 'u'))
      expect(find([routeOf('other', { host: ['a'] })], word, '/')).toBeUndefined()
    }
  })

  it('sees prefixes deeper than 31 segments', () => {
    const deep = '/s'.repeat(40)
    const others = Array.from({ length: 9 }, (_, index) => `/o${index}`)
    const routes = [
      routeOf('deep', { prefix: [deep] }),
      routeOf('deeper', { prefix: [`${deep}/x/`], priority: 1 }),
      routeOf('others', { prefix: others }),
    ]
    expect(find(routes, 'h', `${deep}/y`)).toBe('deep')
    expect(find(routes, 'h', `${deep}/x/y`)).toBe('deeper')
    expect(find(routes, 'h', '/s'.repeat(39))).toBeUndefined()
  })

  it('sees every prefix of a host with many, at its end, below it, and no further', () => {
    const prefixes = [
      '/a',
      '/a/b',
      '/a/b/c',
      '/a/b/c/',
      '/bb',
      '/bb/',
      '/c/c',
      '/d/',
      '/e',
      '/f/f/f/f',
      '/longest/of/them',
    ]
    const routes = prefixes.map((prefix, index) =>
      routeOf(`r${index}`, { prefix: [prefix], priority: -prefix.length }),
    )
    for (const [index, prefix] of prefixes.entries()) {
      expect(find(routes, 'h', prefix)).toBe(`r${index}`)
      expect(find(routes, 'h', `${prefix}/x`.replace('//', '/'))).toBe(
        prefix === '/a/b/c' || prefix === '/bb' ? `r${index + 1}` : `r${index}`,
      )
      expect(
        find([...routes.slice(0, index), ...routes.slice(index + 1)], 'h', `/z${prefix}`),
      ).toBeUndefined()
    }
    expect(find(routes, 'h', '/longest/of/themselves')).toBeUndefined()
    expect(find(routes, 'h', '/d')).toBeUndefined()
  })

  it('sees wildcards of more than 31 labels', () => {
    const rest = Array.from({ length: 40 }, (_, index) => `l${index}`).join('.')
    expect(find([routeOf('deep', { host: [`*.${rest}`] })], `a.${rest}`, '/')).toBe('deep')
    expect(find([routeOf('deep', { host: [`*.${rest}`] })], rest, '/')).toBeUndefined()
  })
})

describe('the indexed router', () => {
  const label = fc.constantFrom('a', 'b', 'c', '__proto__')
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'))
  const pattern = fc.oneof(
    host,
    host.map(rest => `*.${rest}`),
  )
  const segment = fc.constantFrom('x', 'y', 'xy', '')
  const path = fc
    .array(segment, { maxLength: 5 })
    .map(segments => `/${segments.join('/')}`.replace(/\/+/g, '/'))
  const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 })
  const words: fc.Arbitrary<RouteWords> = fc.record({
    priority: fc.integer({ min: 0, max: 3 }),
    enabled: fc.boolean(),
    isDefault: fc.nat(9).map(n => n === 0),
    host: fc.oneof(fc.constant([]), few(pattern)),
    prefix: fc.array(path, { maxLength: 6 }),
    path: few(path),
    methods: fc.oneof(fc.constant([]), few(fc.constantFrom('GET', 'POST', 'PUT'))),
  })
  const hostSeen = fc.oneof(host, fc.constantFrom('', '.', '.a', 'a.', 'a..b'))

  it('finds what the linear one finds', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 12 }),
        fc.array(
          fc.record({ host: hostSeen, decodedPath: path, method: fc.constantFrom('GET', 'POST', 'X') }),
          { maxLength: 20 },
        ),
        (table, requests) => {
          const routes = table.map((route, index) => routeOf(`r${index}`, route))
          const router = finish(routerSteps(routes))
          for (const request of requests)
            expect(router.find(request)?.id).toBe(findLinearly(routes, request)?.id)
        },
      ),
      { numRuns: 1500 },
    )
  })
})

describe('a match', () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    routeOf(`r${index}`, {
      host: [`h${index % 2000}.example.com`, `*.w${index % 2000}.example.com`],
      prefix: [`/p${index}/q`, `/s${index}/`],
    }),
  )
  const router = finish(routerSteps(many))

  function cheapest(host: string, decodedPath: string): number {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 20; round++) {
      const started = performance.now()
      for (let n = 0; n < 50; n++) router.find({ host, decodedPath, method: 'GET' })
      best = Math.min(best, (performance.now() - started) / 50)
    }
    return best
  }

  it('of a hostile host or path costs no more than a millisecond, however long it is', () => {
    expect(cheapest('a.'.repeat(32_000), '/')).toBeLessThan(1)
    expect(cheapest(`${'.'.repeat(64_000)}w1.example.com`, '/')).toBeLessThan(1)
    expect(cheapest('h1.example.com', '/a'.repeat(8_000))).toBeLessThan(1)
    expect(cheapest('h1.example.com', `/${'a'.repeat(16_000)}`)).toBeLessThan(1)
  })
})
