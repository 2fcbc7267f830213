import { describe, expect, it } from 'vitest'
import { Head } from '../../../../src/wire/h1/head.ts'
import { isAuthority, RequestLine, readAuthority } from '../../../../src/wire/h1/request-line.ts'

function read(line: string, maxTarget = 100): { line: RequestLine; status: number | undefined } {
  const read = new RequestLine()
  return { line: read, status: read.read(`${line}\r\n\r\n`, maxTarget)?.status }
}

describe('RequestLine', () => {
  it.each([
    ['/', '/', undefined],
    ['/a//b?c?d', '/a//b?c?d', undefined],
    ['/%zz', '/%zz', undefined],
    ['//a', '//a', undefined],
    ['http://a', '/', 'a'],
    ['http://a/', '/', 'a'],
    ['http://a:80/b?c', '/b?c', 'a:80'],
    ['http://a?b', '/?b', 'a'],
    ['HtTp://[::1]:8/', '/', '[::1]:8'],
    ['http://a/http://b/', '/http://b/', 'a'],
  ])('%s is the path %s of %s', (target, pathAndQuery, authority) => {
    const { line, status } = read(`GET ${target} HTTP/1.1`)
    expect(status).toBeUndefined()
    expect(line.target).toBe(target)
    expect(line.pathAndQuery).toBe(pathAndQuery)
    expect(line.targetAuthority).toBe(authority)
  })

  it('knows its version and where the fields start', () => {
    expect(read('GET / HTTP/1.1').line.isHttp10).toBe(false)
    expect(read('GET / HTTP/1.0').line.isHttp10).toBe(true)
    expect(read('GET / HTTP/1.0').line.end).toBe(16)
  })

  it.each([
    ['GET / HTTP/2.0', 505],
    ['GET / HTTP/0.9', 505],
    ['GET / HTTP/1.10', 400],
    ['GET / http/1.1', 400],
    ['GET / HTTP/1.1 ', 400],
    ['GET /', 400],
    ['GET', 400],
    ['', 400],
    [' / HTTP/1.1', 400],
    ['G(T / HTTP/1.1', 400],
    ['GET  / HTTP/1.1', 400],
    ['GET\t/ HTTP/1.1', 400],
    ['GET /  HTTP/1.1', 400],
    ['GET /\x7f HTTP/1.1', 400],
    ['GET /#a HTTP/1.1', 400],
    ['GET a HTTP/1.1', 400],
    ['GET * HTTP/1.1', 400],
    ['GET http:/a HTTP/1.1', 400],
    ['GET http:///a HTTP/1.1', 400],
    ['GET http://a@b/ HTTP/1.1', 400],
    ['GET https://a/ HTTP/1.1', 400],
  ])('%j is refused with %i', (line, status) => expect(read(line).status).toBe(status))

  it('takes an absolute target of either scheme over TLS', () => {
    const secure = new RequestLine('https')
    expect(secure.read('GET https://a:8443/b HTTP/1.1\r\n\r\n', 100)).toBeUndefined()
    expect([secure.targetAuthority, secure.pathAndQuery]).toEqual(['a:8443', '/b'])
    expect(secure.read('GET http://a/ HTTP/1.1\r\n\r\n', 100)).toBeUndefined()
    expect(secure.read('GET ftp://a/ HTTP/1.1\r\n\r\n', 100)?.status).toBe(400)
  })

  it('only a target past the limit is too long', () => {
    expect(read('GET /234 HTTP/1.1', 4).status).toBeUndefined()
    expect(read('GET /2345 HTTP/1.1', 4).status).toBe(414)
  })

  it('lets CONNECT pass, which is refused for its method', () => {
    expect(read('CONNECT a:443 HTTP/1.1').status).toBeUndefined()
  })

  it('holds no text after `clear`', () => {
    const { line } = read('GET http://a/b HTTP/1.1')
    line.clear()
    expect([line.method, line.target, line.pathAndQuery, line.targetAuthority]).toEqual([
      '',
      '',
      '',
      undefined,
    ])
  })
})

describe('isAuthority', () => {
  it.each([
    'a',
    'A.b-c_d~',
    'a.',
    'a:',
    'a:0',
    'a:65535',
    '127.0.0.1:80',
    '[::1]',
    '[::]:8',
    '[2001:DB8::ffff:1.2.3.4]:80',
  ])('%s', text => expect(isAuthority(text)).toBe(true))

  it.each([
    '',
    ' a',
    'a b',
    'a,b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'a@b',
    'a%41',
    'a"b',
    'a<b',
    'a;b',
    'é',
    'a:65536',
    'a:-1',
    'a:http',
    'a:1:2',
    ':80',
    '::1',
    '[]',
    '[:]',
    '[:::]',
    '[1]',
    '[12345::]',
    '[1:2:3:4:5:6:7:8:9]',
    '[::1',
    '[::1]a',
    '[::1%eth0]',
    '[v1.a]',
    '[127.0.0.1]',
  ])('%j is none', text => expect(isAuthority(text)).toBe(false))
})

describe('readAuthority', () => {
  function authority(line: string, fields: string, known = ''): string | number {
    const request = new RequestLine()
    const text = `${line}\r\n${fields}\r\n`
    request.read(text, 1000)
    const head = new Head()
    head.readFields(text, Buffer.from(text, 'latin1'), 0, request.end, 10)
    const found = readAuthority(request, head, known)
    return typeof found === 'string' ? found : found.status
  }

  it.each([
    ['GET / HTTP/1.1', 'Host: a\r\n', 'a'],
    ['GET / HTTP/1.1', 'X: y\r\nhost: A:81 \r\n', 'A:81'],
    ['GET / HTTP/1.0', '', ''],
    ['GET / HTTP/1.0', 'Host: a\r\n', 'a'],
    ['GET http://a/ HTTP/1.1', 'Host: a\r\n', 'a'],
    ['GET http://A/ HTTP/1.1', 'Host: a\r\n', 'A'],
    ['GET http://a/ HTTP/1.0', '', 'a'],
    ['GET / HTTP/1.1', '', 400],
    ['GET / HTTP/1.1', 'Host: a\r\nHost: a\r\n', 400],
    ['GET / HTTP/1.0', 'Host: a\r\nHost: a\r\n', 400],
    ['GET / HTTP/1.1', 'Host:\r\n', 400],
    ['GET / HTTP/1.1', 'Host: a b\r\n', 400],
    ['GET http://a/ HTTP/1.1', '', 400],
    ['GET http://a/ HTTP/1.1', 'Host: b\r\n', 400],
    ['GET http://a/ HTTP/1.1', 'Host: a:81\r\n', 400],
    ['GET http://a/ HTTP/1.1', 'Host: a/\r\n', 400],
  ])('%s with %j is for %j', (line, fields, expected) => expect(authority(line, fields)).toBe(expected))

  it('an authority that was good before is good again, an empty one never', () => {
    expect(authority('GET / HTTP/1.1', 'Host: a\r\n', 'a')).toBe('a')
    expect(authority('GET / HTTP/1.1', 'Host: b b\r\n', 'a')).toBe(400)
    expect(authority('GET / HTTP/1.1', 'Host:\r\n', '')).toBe(400)
  })
})
