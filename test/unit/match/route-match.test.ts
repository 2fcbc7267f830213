import { describe, expect, it } from 'vitest'
import { compileMatch } from '../../../src/match/compile.ts'
import { hostHolds, mismatch, prefixHolds } from '../../../src/match/decide.ts'

const NOTHING = { host: [], path_prefix: [], path: [], methods: [] }

describe('a host pattern', () => {
  it.each([
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.com', 'example.com', true],
    ['example.com', 'example.com', true],
    ['example.com', 'a.example.com', false],
    ['Example.COM.', 'example.com', true],
    ['*.Example.com', 'a.example.com', true],
    ['__proto__', '__proto__', true],
    ['10.0.0.7', '10.0.0.7', true],
  ])('%s against %s: %s', (written, host, expected) => {
    const [pattern] = compileMatch({ ...NOTHING, host: [written] }).hosts
    expect(pattern !== undefined && hostHolds(pattern, host)).toBe(expected)
  })
})

describe('a path prefix', () => {
  it.each([
    ['/', '/anything', true],
    ['/api', '/api', true],
    ['/api', '/api/', true],
    ['/api', '/api/x', true],
    ['/api', '/apiv2', false],
    ['/api', '/API', false],
    ['/api/', '/api', false],
    ['/api/', '/api/', true],
    ['/api/', '/api/x', true],
    ['/a/b', '/a', false],
  ])('%s against %s: %s', (prefix, path, expected) => {
    expect(prefixHolds(prefix, path)).toBe(expected)
  })
})

describe('a match', () => {
  const match = compileMatch({
    host: ['a.example', '*.b.example'],
    path_prefix: ['/x', '/y//z'],
    path: ['/exact'],
    methods: ['GET'],
  })
  it.each([
    ['a.example', '/x/1', 'GET', undefined],
    ['q.b.example', '/y/z', 'GET', undefined],
    ['a.example', '/exact', 'GET', undefined],
    ['a.example', '/exact/', 'GET', 'path'],
    ['c.example', '/nowhere', 'POST', 'host'],
    ['a.example', '/nowhere', 'POST', 'path'],
    ['a.example', '/x', 'POST', 'method'],
    ['a.example', '/x', 'get', 'method'],
  ])('on %s %s %s fails at %s', (host, decodedPath, method, expected) => {
    expect(mismatch(match, { host, decodedPath, method })).toBe(expected)
  })

  it('without conditions takes everything', () => {
    expect(mismatch(compileMatch(NOTHING), { host: '', decodedPath: '/', method: 'X' })).toBeUndefined()
  })

  it('counts what is written twice once', () => {
    const twice = compileMatch({ ...NOTHING, host: ['A.example', 'a.example.'], path_prefix: ['/a', '//a'] })
    expect(twice.hosts).toHaveLength(1)
    expect(twice.prefixes).toEqual(['/a'])
  })
})
