// Whole messages, both directions, from a seed: a grammar with wrong turns, then now and then a few damaged bytes.
import { type Chance, chance } from '../../support/chance.ts'
import {
  anyField,
  chunks,
  codingField,
  field,
  lengthField,
  lineEnd,
  mostly,
  someBody,
  someFields,
} from './message-parts.ts'

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'PROPFIND']
const ODD_METHODS = [
  '',
  'get',
  'G\0T',
  'GE T',
  ' GET',
  'G(T',
  'TRACE',
  'CONNECT',
  'FOO',
  'PRI',
  'G\x80T',
  '\r\nGET',
  '\rGET',
  '\nGET',
]
const TARGETS = [
  '/',
  '/a/b?c=d',
  '/%20%zz',
  '//a',
  '/a?b?c',
  '/|{}"<>\\^`',
  'http://a/',
  'http://a:80/b?c',
  'HTTP://a?b',
  '/..;/',
  '/~a:@b',
]
const ODD_TARGETS = [
  '',
  '*',
  'a',
  'a:80',
  '/a b',
  '/a\tb',
  '/a#b',
  '/\0',
  '/\x7f',
  '/\x0b',
  'http:/a',
  'http://',
  'http:///a',
  'http://u@a/',
  'http://a b/',
  'https://a/',
  'ftp://a/',
  '?a',
  '/\r',
  '/\n',
  'http://[::1]/',
  'http://[::1/',
  'http://a:x/',
  'http://a\\b/',
  '*/a',
  '/\x80\xff',
]
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0']
const ODD_VERSIONS = [
  '',
  'HTTP/0.9',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/3.0',
  'http/1.1',
  'HTTP/1.10',
  'HTTP/01.1',
  'HTTP/1',
  'HTTP/1.',
  'HTTP/ 1.1',
  'HTTP/1.1 ',
  'HTTP/1,1',
  'HTTPS/1.1',
  'ICE/1.0',
  'RTSP/1.0',
  'HTTP/1.1\0',
  'XTTP/1.1',
]
const HOSTS = ['a', 'a:80', 'example.com', '[::1]', '[::1]:80', '127.0.0.1']
const ODD_HOSTS = ['', 'a b', 'a,b', 'a/b', 'u@a', 'a:b', '[::1', 'a?b', 'a\r\nHost: b', 'a\r\nhost: a']
const CONNECTIONS = [
  'keep-alive',
  'close',
  'Close',
  'keep-alive, x',
  'x, close',
  'keep-alive, close',
  'closed',
  'x-a',
  'upgrade',
  '',
]
const SPACES = [' ']
const ODD_SPACES = ['  ', '\t', '', ' \t', '\r ', '\n', '\x0b', '\xa0']

/** Put in order so that any of them may stand first. */
function shuffled(chance: Chance, lines: string[]): string {
  let text = ''
  while (lines.length > 0) text += lines.splice(chance.below(lines.length), 1)[0] ?? ''
  return text
}

/** Framing fields and the bytes behind the head that go with them, or nearly. */
function framing(chance: Chance): { readonly lines: string[]; readonly body: string } {
  const body = someBody(chance)
  switch (chance.below(7)) {
    case 0:
    case 1:
      return { lines: [lengthField(chance, body.length)], body }
    case 2:
    case 3:
      return { lines: [codingField(chance)], body: chunks(chance, body) }
    case 4: {
      if (!chance.oneIn(6)) return { lines: [], body: '' }
      return { lines: [codingField(chance), lengthField(chance, body.length)], body: chunks(chance, body) }
    }
    default:
      return { lines: [], body: '' }
  }
}

function oneRequest(chance: Chance): string {
  const { lines, body } = framing(chance)
  if (!chance.oneIn(60)) lines.push(field(chance, 'Host', mostly(chance, HOSTS, ODD_HOSTS, 40)))
  if (chance.oneIn(6)) lines.push(field(chance, 'Connection', chance.pick(CONNECTIONS)))
  if (chance.oneIn(40))
    lines.push(field(chance, 'Expect', mostly(chance, ['100-continue'], ['x', '100-continue, x'], 3)))
  if (chance.oneIn(40)) lines.push(field(chance, 'Upgrade', chance.pick(['h2c', 'websocket'])))
  for (let count = chance.below(4); count > 0; count--) lines.push(anyField(chance))
  const line = [
    mostly(chance, METHODS, ODD_METHODS),
    mostly(chance, SPACES, ODD_SPACES),
    mostly(chance, TARGETS, ODD_TARGETS),
    mostly(chance, SPACES, ODD_SPACES),
    mostly(chance, VERSIONS, ODD_VERSIONS),
    lineEnd(chance),
  ]
  const before = mostly(chance, [''], ['\r\n', '\n', '\r', '\r\n\r\n', ' ', '\0'], 25)
  return `${before}${line.join('')}${shuffled(chance, lines)}${lineEnd(chance)}${body}`
}

const STATUSES = ['200', '200', '200', '404', '500', '204', '304', '301', '206', '205']
const ODD_STATUSES = [
  '101',
  '101',
  '',
  '20',
  '2000',
  '099',
  '600',
  '999',
  '000',
  '+20',
  '2 0',
  '20x',
  '-20',
  '\x0020',
  '2\t0',
  ' 200',
]
const REASONS = [' OK', ' ', ' Not Found', ' \x80\xff', ' a\tb', '', ' ', ' O(K)"']
const ODD_REASONS = [' a\0', ' a\rb', ' a\nb', '\tOK', ' \x7f', 'OK', ' \x01']

function statusLine(chance: Chance, status: string): string {
  const version = mostly(chance, VERSIONS, ODD_VERSIONS)
  return `${version}${mostly(chance, SPACES, ODD_SPACES)}${status}${mostly(chance, REASONS, ODD_REASONS)}${lineEnd(chance)}`
}

function oneResponse(chance: Chance): string {
  let text = mostly(chance, [''], ['\r\n', '\n', '\r', ' ', '\0'], 60)
  while (chance.oneIn(12)) {
    text += statusLine(chance, chance.pick(['100', '102', '103', '199']))
    if (chance.oneIn(5)) text += field(chance, 'Connection', chance.pick(CONNECTIONS))
    text += someFields(chance, 2) + lineEnd(chance)
  }
  const { lines, body } = framing(chance)
  if (chance.oneIn(40)) lines.push(field(chance, 'Upgrade', 'websocket'))
  const rest = lines.length === 0 && chance.oneIn(3) ? someBody(chance) : body
  if (chance.oneIn(6)) lines.push(field(chance, 'Connection', chance.pick(CONNECTIONS)))
  for (let count = chance.below(4); count > 0; count--) lines.push(anyField(chance))
  text += statusLine(chance, mostly(chance, STATUSES, ODD_STATUSES))
  text += shuffled(chance, lines) + lineEnd(chance) + rest
  return chance.oneIn(8) ? text + mostly(chance, ['HTTP/1.1 200 OK\r\n\r\n'], ['x', '\r\n', '\0'], 3) : text
}

const BAD_BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\0',
  '\x80',
  '\xff',
  '0',
  'a',
  '"',
  '=',
  '\x7f',
  '\x0b',
  '\x01',
]

/** Flips, inserts, deletes or repeats a few bytes. */
export function damage(chance: Chance, whole: string): string {
  let text = whole
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const at = chance.below(text.length + 1)
    const length = 1 + chance.below(4)
    const bad = chance.pick(BAD_BYTES)
    switch (chance.below(5)) {
      case 0:
        text = text.slice(0, at) + bad + text.slice(at + 1)
        break
      case 1:
        text = text.slice(0, at) + bad + text.slice(at)
        break
      case 2:
        text = text.slice(0, at) + text.slice(at + length)
        break
      case 3:
        text = text.slice(0, at + length) + text.slice(at)
        break
      default:
        text = text.slice(0, at) + String.fromCharCode(chance.below(256)) + text.slice(at + 1)
    }
  }
  return text
}

function finished(chance: Chance, text: string): string {
  const damaged = chance.oneIn(3) ? damage(chance, text) : text
  return chance.oneIn(12) ? damaged.slice(0, chance.below(damaged.length + 1)) : damaged
}

export interface GeneratedRequests {
  readonly text: string
  readonly cuts: readonly number[]
}

function someCuts(chance: Chance, length: number): readonly number[] {
  return Array.from({ length: chance.below(6) }, () => chance.below(length + 1))
}

/** Up to four pipelined requests, as latin1, and where to cut them. */
export function generateRequests(seed: number): GeneratedRequests {
  const draw = chance(seed)
  let text = oneRequest(draw)
  while (draw.oneIn(3) && text.length < 4096) text += oneRequest(draw)
  text = finished(draw, text)
  return { text, cuts: someCuts(draw, text.length) }
}

export interface GeneratedResponse extends GeneratedRequests {
  /** Of the request that it answers. */
  readonly method: 'GET' | 'HEAD'
  /** The origin closes its side behind the text. */
  readonly closes: boolean
}

/** What an origin sends to one request, as latin1. */
export function generateResponse(seed: number): GeneratedResponse {
  const draw = chance(seed)
  const text = finished(draw, oneResponse(draw))
  return {
    text,
    cuts: someCuts(draw, text.length),
    method: draw.oneIn(8) ? 'HEAD' : 'GET',
    closes: draw.oneIn(2),
  }
}
