// One character, over and over, through everything that reads a visitor's text: the time it takes grows as the text does.
import { describe, expect, it } from 'vitest'
import { addressSet } from '../../src/base/cidr.ts'
import { cutPrefix, withOneSlash } from '../../src/http/cut.ts'
import { visitorAddress } from '../../src/http/forwarded.ts'
import { normaliseHost, portOf } from '../../src/http/host.ts'
import { readPath, splitTarget } from '../../src/http/path.ts'
import { queryBytes, urlBytes } from '../../src/http/url-bytes.ts'
import { harmless, quoted } from '../../src/observe/plain-text.ts'
import { routerSteps } from '../../src/snapshot/router.ts'
import { isAuthority } from '../../src/wire/h1/request-line.ts'
import { growth } from '../support/cpu-time.ts'
import { finish, routeOf } from '../support/routes.ts'
import { readRequests, readResponse } from '../support/wire-log.ts'

const LIMITS = { maxHeaderBytes: 4 << 20, maxHeaders: 1 << 20, maxUrlBytes: 4 << 20 }
const TRUSTED = addressSet(['0.0.0.0/0', '::/0'])

const ROUTER = finish(
  routerSteps([
    ...Array.from({ length: 20 }, (_, n) => routeOf(`p${n}`, { prefix: [`/${'a/'.repeat(n)}b/`, '//'] })),
    ...Array.from({ length: 20 }, (_, n) => routeOf(`h${n}`, { host: [`*.${'a.'.repeat(n)}b`] })),
  ]),
)

const chain = (name: string) => (text: string) =>
  visitorAddress('10.0.0.1', TRUSTED, {
    first: () => undefined,
    all: asked => (asked === name ? [text] : []),
  })

const request = (before: string, after: string) => (text: string) =>
  readRequests([`${before}${text}${after}`], LIMITS)

/** What reads, by what it reads. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a path': readPath,
  'a target': splitTarget,
  'a cut prefix': text => cutPrefix(`/a${text}`, '/a/b'),
  'a prefix made of it': text => cutPrefix(text, `${text}/x`),
  'leading separators': withOneSlash,
  'a host': normaliseHost,
  'a port': portOf,
  'an authority': isAuthority,
  'a route by path': text => ROUTER.find({ host: 'x', decodedPath: `/${text}`, method: 'GET' }),
  'a route by host': text => ROUTER.find({ host: `${text}.b`, decodedPath: '/', method: 'GET' }),
  'X-Forwarded-For': chain('x-forwarded-for'),
  Forwarded: chain('forwarded'),
  'a Forwarded pair': text => chain('forwarded')(`for=${text}`),
  'a quoted Forwarded pair': text => chain('forwarded')(`for="${text}`),
  'a path in Location': urlBytes,
  'a query in Location': queryBytes,
  'a log value': quoted,
  'a log line': harmless,
  'a request target': request('GET /', ' HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a request method': request('', ' / HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a Host': request('GET / HTTP/1.1\r\nHost: ', '\r\n\r\n'),
  'a field name': request('GET / HTTP/1.1\r\nHost: a\r\nx', ': 1\r\n\r\n'),
  'a field value': request('GET / HTTP/1.1\r\nHost: a\r\nX: ', '\r\n\r\n'),
  'a Connection': request('GET / HTTP/1.1\r\nHost: a\r\nConnection: ', '\r\n\r\n'),
  'a Content-Length': request('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ', '\r\n\r\n'),
  'a Transfer-Encoding': request('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ', '\r\n\r\n'),
  'a chunk size': request('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '\r\n'),
  'a chunk extension': request('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;', '\r\n'),
  'a trailer': request(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ',
    '\r\n\r\n',
  ),
  'a status line': text => readResponse('GET', [`HTTP/1.1 200 ${text}\r\n\r\n`], true),
  "an origin's Connection": text =>
    readResponse('GET', [`HTTP/1.1 200 OK\r\nConnection: ${text}\r\n\r\n`], true),
}

const WORST = [
  'a',
  '/',
  '%',
  '%2f',
  '.',
  './',
  '/..',
  '\\',
  ',',
  ', ',
  ';',
  '"',
  '\\"',
  '=',
  ';a=',
  ' ',
  '\t',
  ':',
  '[',
  '0',
  '1.',
  '\0',
  '\xff',
]

describe('64 KiB of one character', () => {
  it.each(Object.entries(READERS))('as %s', (_, read) => {
    const slow = WORST.filter(worst => {
      const run = (size: number): void => {
        const text = worst.repeat(size / worst.length)
        for (let turn = 0; turn < 4; turn++) read(text)
      }
      return growth(run, 8 * 1024, 0.5) > 30
    })
    expect(slow).toEqual([])
  })
})
