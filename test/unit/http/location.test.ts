import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseHost } from '../../../src/http/host.ts'
import { locationOf, type Redirect, redirectBase } from '../../../src/http/location.ts'
import { readPath, splitTarget } from '../../../src/http/path.ts'

interface Words {
  readonly mode: Redirect['mode']
  readonly target?: string
  readonly prefixes?: readonly string[]
  readonly exactPaths?: readonly string[]
  readonly suffix?: boolean
  readonly query?: boolean
}

function locate(words: Words, target: string, authority = 'app.example'): string | undefined {
  const { path, query } = splitTarget(target)
  const redirect: Redirect = {
    kind: 'redirect',
    at: '/routes/r/redirect',
    mode: words.mode,
    target: words.target ?? '',
    base: redirectBase(words.mode, words.target ?? ''),
    status: 302,
    preservePathSuffix: words.suffix ?? true,
    preserveQuery: words.query ?? true,
    prefixes: words.prefixes ?? [],
    exactPaths: words.exactPaths ?? [],
  }
  return locationOf(redirect, {
    host: normaliseHost(authority),
    path,
    decodedPath: readPath(path).decoded,
    query,
  })
}

describe('mode same_host_path', () => {
  const at = (target: string, rest: Omit<Words, 'mode' | 'target'> = {}) =>
    ({ mode: 'same_host_path', target, ...rest }) as const
  it.each([
    ['appends the suffix', at('/new', { prefixes: ['/old'] }), '/old/thing', '/new/thing'],
    ['cuts the longest prefix', at('/new', { prefixes: ['/old/deep', '/old'] }), '/old/deep/x', '/new/x'],
    ['without a suffix stands alone', at('/new', { prefixes: ['/old'] }), '/old', '/new'],
    ['keeps a trailing slash', at('/new', { prefixes: ['/old'] }), '/old/', '/new/'],
    ['joins without doubling', at('/new/', { prefixes: ['/old'] }), '/old/x', '/new/x'],
    ['appends the whole path to a catch-all', at('/new'), '/any/x', '/new/any/x'],
    ['appends the whole path below /', at('/new', { prefixes: ['/'] }), '/any/x', '/new/any/x'],
    ['an exact path has no suffix', at('/new', { exactPaths: ['/old'] }), '/old', '/new'],
    ['an exact path beside a prefix', at('/new', { prefixes: ['/'], exactPaths: ['/old'] }), '/old', '/new'],
    ['can leave the suffix out', at('/new', { prefixes: ['/old'], suffix: false }), '/old/x', '/new'],
    [
      'puts its own query first',
      at('/new?fixed=1', { prefixes: ['/old'] }),
      '/old/x?y=2',
      '/new/x?fixed=1&y=2',
    ],
    ['ignores an empty query', at('/new', { prefixes: ['/old'] }), '/old?', '/new'],
    ['can leave the query out', at('/new', { prefixes: ['/old'], query: false }), '/old/x?y=2', '/new/x'],
    ['keeps its fragment', at('/new#part', { prefixes: ['/old'] }), '/old/x?y=2', '/new/x?y=2#part'],
    [
      'keeps the raw spelling',
      at('/new', { prefixes: ['/old'] }),
      '/o%6cd/a%20b/%C3%A9',
      '/new/a%20b/%C3%A9',
    ],
    ['escapes raw bytes', at('/new', { prefixes: ['/old'] }), '/old/Ã©"<', '/new/%C3%A9%22%3C'],
    ['of // names no host', at('/', { prefixes: ['/old'] }), '/old//evil.example', '/evil.example'],
    ['of /%2f names no host', at('/', { prefixes: ['/old'] }), '/old/%2fevil.example', '/evil.example'],
    ['of %5C names no host', at('/', { prefixes: ['/old'] }), '/old%5C%5Cevil.example', '/evil.example'],
    ['of a raw run names no host', at('/'), '//evil.example', '/evil.example'],
    ['of a backslash names no host', at('/'), '/\\evil.example', '/evil.example'],
    ['written with // names no host', at('//evil.example'), '/', '/evil.example/'],
  ])('%s', (_, words, target, expected) => {
    expect(locate(words, target)).toBe(expected)
  })
})

describe('mode absolute_url', () => {
  const at = (target: string, rest: Omit<Words, 'mode' | 'target'> = {}) =>
    ({ mode: 'absolute_url', target, ...rest }) as const
  it.each([
    [
      'everything at once',
      at('https://target.example/base?fixed=1#frag', { prefixes: ['/from'] }),
      '/from/deep?x=1',
      'https://target.example/base/deep?fixed=1&x=1#frag',
    ],
    [
      'nothing kept',
      at('https://target.example/base', { suffix: false, query: false }),
      '/from?x=1',
      'https://target.example/base',
    ],
    [
      'no path of its own',
      at('https://target.example', { suffix: false, query: false }),
      '/a',
      'https://target.example/',
    ],
    [
      'a query without a path',
      at('https://target.example?a=1', { suffix: false }),
      '/x?b=2',
      'https://target.example/?a=1&b=2',
    ],
    [
      'a port and an address',
      at('http://[2001:db8::1]:8443/x', { suffix: false }),
      '/',
      'http://[2001:db8::1]:8443/x',
    ],
    [
      'a hostile suffix stays a path',
      at('https://target.example', {}),
      '//evil.example',
      'https://target.example/evil.example',
    ],
    [
      'a user-like suffix stays a path',
      at('https://target.example', {}),
      '/@evil.example',
      'https://target.example/@evil.example',
    ],
  ])('%s', (_, words, target, expected) => {
    expect(locate(words, target)).toBe(expected)
  })
})

describe('mode external_origin_keep_path', () => {
  it.each([
    ['https://new.example.com', '/keep/path?x=1', 'https://new.example.com/keep/path?x=1'],
    ['https://new.example.com/', '/keep', 'https://new.example.com/keep'],
    ['http://new.example.com:8080', '/a//b', 'http://new.example.com:8080/a//b'],
    ['https://new.example.com', '//evil.example', 'https://new.example.com//evil.example'],
    ['https://new.example.com', '/', 'https://new.example.com/'],
  ])('%s keeps %s', (target, request, expected) => {
    expect(locate({ mode: 'external_origin_keep_path', target, prefixes: ['/keep'] }, request)).toBe(expected)
  })

  it('can leave the query out', () => {
    expect(
      locate({ mode: 'external_origin_keep_path', target: 'https://n.example', query: false }, '/a?b'),
    ).toBe('https://n.example/a')
  })
})

describe('mode https', () => {
  it.each([
    ['app.example', '', 'https://app.example/a?b=1'],
    ['App.Example.:8080', '', 'https://app.example/a?b=1'],
    ['app.example:80', ':8443', 'https://app.example:8443/a?b=1'],
    ['app.example', ':443', 'https://app.example/a?b=1'],
    ['[2001:DB8::1]:80', '', 'https://[2001:db8::1]/a?b=1'],
    ['', '', undefined],
    ['a%00b', '', undefined],
    ["a'b", '', undefined],
    ['a,b', '', undefined],
  ])('of %j with %j is %j', (authority, target, expected) => {
    expect(locate({ mode: 'https', target }, '/a?b=1', authority)).toBe(expected)
  })
})

describe('whatever a visitor sends', () => {
  const nasty = fc.constantFrom(
    '/',
    '//',
    '\\',
    '%2f',
    '%5C',
    '..',
    '%0d%0a',
    '\r\n',
    '@',
    ':',
    '?',
    '#',
    'evil.example',
    'Ã©',
    'a',
    '%',
    ' ',
    '"',
  )
  const request = fc.array(nasty, { maxLength: 10 }).map(pieces => `/${pieces.join('')}`)
  const modes: readonly Words[] = [
    { mode: 'same_host_path', target: '/' },
    { mode: 'same_host_path', target: '/new?a=1#f', prefixes: ['/a', '/'] },
    { mode: 'absolute_url', target: 'https://target.example', prefixes: ['/a'] },
    { mode: 'external_origin_keep_path', target: 'https://target.example' },
    { mode: 'https', target: ':8443' },
  ]
  it('a Location is visible ASCII and leads to the host the file names', () => {
    fc.assert(
      fc.property(fc.constantFrom(...modes), request, (words, target) => {
        const location = locate(words, target) ?? ''
        expect(location).toMatch(/^[\x21-\x7e]+$/)
        const host = new URL(location, 'http://app.example/base').host
        expect(host).toBe(
          { same_host_path: 'app.example', https: 'app.example:8443' }[words.mode as string] ??
            'target.example',
        )
      }),
      { numRuns: 4000 },
    )
  })
})
