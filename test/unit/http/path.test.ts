import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathBytes, readPath, splitTarget } from '../../../src/http/path.ts'

/** The whole rule again, one character at a time and with the whole text in hand. */
function readSlowly(raw: string): { decoded: string; class: string } {
  const broken = raw.replace(/%[0-9a-f]{2}/gi, '').includes('%')
  const bytes = raw.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  const decoded = raw
    .replace(/%(?:2f|5c)/gi, '/')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\/+/g, '/')
  const isControl = [...bytes].some(char => char < ' ' || char === '\x7f')
  const isDotted = decoded.split('/').some(segment => segment === '.' || segment === '..')
  if (broken || isControl || isDotted || raw.includes('\\')) return { decoded, class: 'forbidden' }
  return { decoded, class: /%(?:2f|5c)/i.test(raw) ? 'encoded_separator' : 'clean' }
}

describe('a request path', () => {
  it.each([
    ['/', '/', 'clean'],
    ['/api/users', '/api/users', 'clean'],
    ['/a%70i/x', '/api/x', 'clean'],
    ['/api/v1%2e2', '/api/v1.2', 'clean'],
    ['/.well-known/acme', '/.well-known/acme', 'clean'],
    ['/...', '/...', 'clean'],
    ['/..a/b..', '/..a/b..', 'clean'],
    ['//a///b/', '/a/b/', 'clean'],
    ['/a;b=c/d', '/a;b=c/d', 'clean'],
    ['/%252e%252e/x', '/%2e%2e/x', 'clean'],
    ['/%252f', '/%2f', 'clean'],
    ['/caf%C3%A9', '/cafÃ©', 'clean'],
    ['/cafÃ©', '/cafÃ©', 'clean'],
    ['/a%2Fb', '/a/b', 'encoded_separator'],
    ['/a%5cb', '/a/b', 'encoded_separator'],
    ['/a%2f%2Fb/%5C', '/a/b/', 'encoded_separator'],
    ['/.', '/.', 'forbidden'],
    ['/..', '/..', 'forbidden'],
    ['/a/../b', '/a/../b', 'forbidden'],
    ['/a/%2e%2E/b', '/a/../b', 'forbidden'],
    ['/a/.%2e', '/a/..', 'forbidden'],
    ['/a%2f..%2fb', '/a/../b', 'forbidden'],
    ['/a%5c.%5cb', '/a/./b', 'forbidden'],
    ['/a\\b', '/a\\b', 'forbidden'],
    ['/a%00b', '/a\0b', 'forbidden'],
    ['/a%0d%0ab', '/a\r\nb', 'forbidden'],
    ['/a%7f', '/a\x7f', 'forbidden'],
    ['/a\tb', '/a\tb', 'forbidden'],
    ['/%zz', '/%zz', 'forbidden'],
    ['/%', '/%', 'forbidden'],
    ['/%4', '/%4', 'forbidden'],
    ['/%u002e', '/%u002e', 'forbidden'],
    ['/100%/x', '/100%/x', 'forbidden'],
  ])('%j is read as %j, %s', (raw, decoded, pathClass) => {
    expect(readPath(raw)).toEqual({ decoded, class: pathClass })
  })

  it('is read the same as by the slow rule, whatever it holds', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '%2f',
      '%5C',
      '%00',
      '%1f',
      '%41',
      '%',
      '%z',
      '\\',
      'a',
      'é',
      '\n',
      '//',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const raw = `/${pieces.join('')}`
        expect(readPath(raw)).toEqual(readSlowly(raw))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a request target', () => {
  it.each([
    ['/a?b=1', '/a', '?b=1'],
    ['/a', '/a', ''],
    ['/a?', '/a', '?'],
    ['/?a?b', '/', '?a?b'],
    ['?a=1', '/', '?a=1'],
    ['', '/', ''],
  ])('%j has the path %j and the query %j', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query })
  })
})

it('a written path becomes the bytes a request would carry', () => {
  expect(pathBytes('/café//menu')).toBe(readPath('/caf%C3%A9/menu').decoded)
})
