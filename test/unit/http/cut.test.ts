import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutPrefix, withOneSlash } from '../../../src/http/cut.ts'
import { readPath } from '../../../src/http/path.ts'
import { prefixHolds } from '../../../src/match/decide.ts'

describe('cutting a prefix from a raw path', () => {
  it.each([
    ['/api/users', '/api', '/users'],
    ['/api', '/api', ''],
    ['/api/', '/api', '/'],
    ['/apiv2', '/api', undefined],
    ['/API/x', '/api', undefined],
    ['/a%70i/us%65rs', '/api', '/us%65rs'],
    ['/api%2Fusers', '/api', '%2Fusers'],
    ['//api///users', '/api', '///users'],
    ['/api/users', '/api/', '/users'],
    ['/api', '/api/', undefined],
    ['/api/', '/api/', '/'],
    ['/a/b/c', '/a/b', '/c'],
    ['/a//b/c', '/a/b', '/c'],
    ['/a%2fb/c', '/a/b', '/c'],
    ['/a', '/a/b', undefined],
    ['/x', '/', '/x'],
    ['/caf%C3%A9/x', '/cafÃ©', '/x'],
  ])('%j without %j leaves %j', (raw, prefix, rest) => {
    expect(cutPrefix(raw, prefix)).toBe(rest)
  })

  it('succeeds exactly where the router sees the prefix, and leaves what it would read as the rest', () => {
    const piece = fc.constantFrom('/', '//', 'a', 'b', '%61', '%2f', '%5C', 'a/b', '/a')
    const prefix = fc.constantFrom('/a', '/a/', '/a/b', '/b', '/a/b/', '/ab')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), prefix, (pieces, wanted) => {
        const raw = `/${pieces.join('')}`
        const { decoded } = readPath(raw)
        const rest = cutPrefix(raw, wanted)
        expect(rest !== undefined).toBe(prefixHolds(wanted, decoded))
        if (rest === undefined) return
        expect(raw.endsWith(rest)).toBe(true)
        const bare = wanted.endsWith('/') ? wanted.slice(0, -1) : wanted
        expect(rest === '' ? bare : bare + readPath(rest).decoded).toBe(decoded)
      }),
      { numRuns: 3000 },
    )
  })
})

it.each([
  ['/x', '/x'],
  ['//x', '/x'],
  ['/\\x', '/x'],
  ['%2F%5c/x', '/x'],
  ['', '/'],
  ['x', '/x'],
])('%j leads with one slash as %j', (raw, expected) => {
  expect(withOneSlash(raw)).toBe(expected)
})
