import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlapSteps, overlapWarnings } from '../../../src/snapshot/overlap.ts'
import { routerSteps } from '../../../src/snapshot/router.ts'
import { cpuTime } from '../../support/cpu-time.ts'
import { findLinearly } from '../../support/linear-router.ts'
import { finish, type RouteWords, routeOf } from '../../support/routes.ts'

function pairsOf(table: Readonly<Record<string, RouteWords>>): readonly string[] {
  const routes = Object.entries(table).map(([id, words]) => routeOf(id, words))
  return finish(routerSteps(routes)).overlaps.pairs.map(([earlier, later]) => `${earlier.id}<${later.id}`)
}

describe('two routes of equal priority', () => {
  it.each<[string, RouteWords, RouteWords, boolean]>([
    ['nested prefixes', { prefix: ['/a'] }, { prefix: ['/a/b'] }, true],
    ['prefixes on other segments', { prefix: ['/api'] }, { prefix: ['/apiv2'] }, false],
    ['a slashed prefix below its own', { prefix: ['/api'] }, { prefix: ['/api/'] }, true],
    ['a slashed prefix and the bare path', { prefix: ['/api/'] }, { path: ['/api'] }, false],
    ['a slashed prefix and the slashed path', { prefix: ['/api/'] }, { path: ['/api/'] }, true],
    ['a prefix and a path below it', { prefix: ['/'] }, { path: ['/x'] }, true],
    ['the same path', { path: ['/x'] }, { path: ['/x'] }, true],
    ['other paths', { path: ['/x'] }, { path: ['/x/y'] }, false],
    ['any host and one host', { prefix: ['/a'] }, { host: ['h'] }, true],
    ['a wildcard and a host below', { host: ['*.b.c'] }, { host: ['a.b.c'] }, true],
    ['a wildcard and its apex', { host: ['*.b.c'] }, { host: ['b.c'] }, false],
    ['nested wildcards', { host: ['*.c'] }, { host: ['*.b.c'] }, true],
    [
      'a host with a deep path, any host with a short one',
      { host: ['h'], prefix: ['/a'] },
      { prefix: ['/a/b'] },
      true,
    ],
    ['one of a list', { host: ['x', 'y'] }, { host: ['z', 'y'] }, true],
    ['no common method', { prefix: ['/'], methods: ['GET'] }, { prefix: ['/'], methods: ['POST'] }, false],
    [
      'a common method',
      { prefix: ['/'], methods: ['GET', 'PUT'] },
      { prefix: ['/'], methods: ['POST', 'PUT'] },
      true,
    ],
    ['any method', { prefix: ['/'], methods: ['GET'] }, { prefix: ['/'] }, true],
    ['one of them disabled', { prefix: ['/'], enabled: false }, { prefix: ['/'] }, false],
    ['one of them the default', { isDefault: true }, { prefix: ['/'] }, false],
    ['other priorities', { prefix: ['/'], priority: 1 }, { prefix: ['/'], priority: 2 }, false],
  ])('%s: %s', (_, a, b, expected) => {
    expect(pairsOf({ a, b })).toEqual(expected ? ['a<b'] : [])
    expect(pairsOf({ b, a })).toEqual(expected ? ['a<b'] : [])
  })
})

describe('overlaps', () => {
  const hosts = ['h', 'a.h', 'b.h', 'c.a.h', 'x']
  const paths = ['/', '/a', '/a/', '/a/b', '/a/b/', '/a/b/c', '/ab', '/b']
  const methods = ['GET', 'POST', 'PUT']
  const some = (words: readonly string[]) => fc.subarray([...words], { maxLength: 2 })
  const words: fc.Arbitrary<RouteWords> = fc.record({
    priority: fc.integer({ min: 0, max: 1 }),
    host: some([...hosts, '*.h', '*.a.h']),
    prefix: some(paths),
    path: some(paths),
    methods: some(methods),
  })

  it('are all there and none is made up: each pair, and no other, has a request that either route alone would take', () => {
    const requests = [...hosts, 'd.c.a.h', 'q'].flatMap(host =>
      [...paths, '/a/b/c/d', '/c'].flatMap(decodedPath =>
        [...methods, 'X'].map(method => ({ host, decodedPath, method })),
      ),
    )
    fc.assert(
      fc.property(fc.array(words, { minLength: 2, maxLength: 6 }), table => {
        const routes = table.map((route, index) => routeOf(`r${index}`, route))
        const expected = routes.flatMap((earlier, index) =>
          routes
            .slice(index + 1)
            .filter(later => later.priority === earlier.priority)
            .filter(later =>
              requests.some(request => findLinearly([earlier], request) && findLinearly([later], request)),
            )
            .map(later => `${earlier.id}<${later.id}`),
        )
        const found = finish(routerSteps(routes)).overlaps.pairs.map(
          ([earlier, later]) => `${earlier.id}<${later.id}`,
        )
        expect(found.toSorted()).toEqual(expected.toSorted())
      }),
      { numRuns: 500 },
    )
  })

  it('are told once, with the place of the other route, whatever number of listeners they meet on', () => {
    const routes = [routeOf('a', { prefix: ['/'] }), routeOf('b', { prefix: ['/x'] })]
    const router = finish(routerSteps(routes))
    expect(overlapWarnings([router, router])).toMatchObject([
      {
        code: 'route/ambiguous-priority',
        severity: 'warning',
        at: '/routes/b',
        related: [{ at: '/routes/a' }],
        message: expect.stringContaining('"a" is tried first'),
      },
    ])
  })

  it('are cut at a hundred, and say so', () => {
    const routes = Array.from({ length: 50 }, (_, index) => routeOf(`r${index}`, { prefix: ['/'] }))
    const warnings = overlapWarnings([finish(routerSteps(routes))])
    expect(warnings).toHaveLength(101)
    expect(warnings.at(-1)).toMatchObject({
      at: '/routes',
      message: expect.stringContaining('not all pairs'),
    })
  })

  it('of a table without any say nothing', () => {
    expect(
      overlapWarnings([
        finish(routerSteps([routeOf('a', { prefix: ['/a'] }), routeOf('b', { prefix: ['/b'] })])),
      ]),
    ).toEqual([])
  })

  it.each([
    ['apart', (index: number): RouteWords => ({ host: [`h${index}`], prefix: [`/a/b${index}`] })],
    [
      'all on one path, with a method each',
      (index: number): RouteWords => ({ path: ['/'], methods: [`M${index}`] }),
    ],
    ['all alike', (): RouteWords => ({ prefix: ['/'] })],
  ])('of 5,000 routes that are %s are found, or given up on, in time', (_, words) => {
    const routes = Array.from({ length: 5_000 }, (_, index) => routeOf(`r${index}`, words(index)))
    expect(cpuTime(() => finish(overlapSteps(routes)))).toBeLessThan(3000)
  })
})
