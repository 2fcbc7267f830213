// Request lines and status lines: mostly right, now and then wrong in a way that some parser fell for.
import type { Chance } from '../../support/chance.ts'
import { lineEnd, mostly } from './message-parts.ts'

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

const ODD_SPACES = ['  ', '\t', '', ' \t', '\r ', '\n', '\x0b', '\xa0']

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

export function requestLine(chance: Chance): string {
  const method = mostly(chance, METHODS, ODD_METHODS)
  const target = mostly(chance, TARGETS, ODD_TARGETS)
  const version = mostly(chance, VERSIONS, ODD_VERSIONS)
  return `${method}${space(chance)}${target}${space(chance)}${version}${lineEnd(chance)}`
}

function statusLine(chance: Chance, status: string): string {
  const version = mostly(chance, VERSIONS, ODD_VERSIONS)
  return `${version}${space(chance)}${status}${mostly(chance, REASONS, ODD_REASONS)}${lineEnd(chance)}`
}

export function finalStatusLine(chance: Chance): string {
  return statusLine(chance, mostly(chance, STATUSES, ODD_STATUSES))
}

export function interimStatusLine(chance: Chance): string {
  return statusLine(chance, chance.pick(['100', '102', '103', '199']))
}

function space(chance: Chance): string {
  return mostly(chance, [' '], ODD_SPACES)
}
