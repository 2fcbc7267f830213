import { describe, expect, it } from 'vitest'
import { CHUNKED } from '../../../../src/wire/h1/framing.ts'
import { PSEUDO, pseudo, readH2 } from '../../../support/h2-request.ts'
import { DEFAULT_LIMITS, type ReadField } from '../../../support/wire-log.ts'

describe('H2Request', () => {
  it('reads as the request that HTTP/1.1 would say', () => {
    const { request, fields } = readH2([...PSEUDO, ['x-a', '1'], ['x-a', '2'], ['te', 'trailers']])
    expect(request.line).toMatchObject({ method: 'GET', target: '/', pathAndQuery: '/', isHttp10: false })
    expect(request).toMatchObject({ authority: 'a.test', framing: 0, hasBody: false, isConnect: false })
    expect(fields).toEqual([
      ['host', 'a.test'],
      ['x-a', '1'],
      ['x-a', '2'],
      ['te', 'trailers'],
    ])
  })

  it('joins the crumbs of a cookie, wherever they stand', () => {
    const { fields } = readH2([
      ...PSEUDO,
      ['cookie', 'a=1'],
      ['x-a', '1'],
      ['cookie', 'b=2'],
      ['cookie', 'c'],
    ])
    expect(fields).toEqual([
      ['host', 'a.test'],
      ['x-a', '1'],
      ['cookie', 'a=1; b=2; c'],
    ])
  })

  it.each<[string, readonly ReadField[], string]>([
    ['Host in place of :authority', [...pseudo({ ':authority': undefined }), ['host', 'b.test']], 'b.test'],
    ['a Host that says the same', [...PSEUDO, ['host', 'A.Test']], 'a.test'],
    ['a port', pseudo({ ':authority': '[::1]:8080' }), '[::1]:8080'],
  ])('takes %s', (_, list, authority) => {
    const { request, refusal, fields } = readH2(list)
    expect([refusal, request.authority]).toEqual([undefined, authority])
    expect(fields).toEqual([['host', authority]])
  })

  it('takes `*` with OPTIONS', () => {
    expect(readH2(pseudo({ ':method': 'OPTIONS', ':path': '*' })).request.line.pathAndQuery).toBe('*')
  })

  it.each<[string, readonly ReadField[], boolean, number]>([
    ['no length and no body', [], true, 0],
    ['no length and a body', [], false, CHUNKED],
    ['a length', [['content-length', '5']], false, 5],
    ['a length of 0 and a body that may follow', [['content-length', '0']], false, 0],
    ['a length of 0 and no body', [['content-length', '0']], true, 0],
  ])('%s frame the body', (_, fields, isWhole, framing) => {
    const { request, refusal } = readH2([...PSEUDO, ...fields], { isWhole })
    expect([refusal, request.framing, request.hasBody]).toEqual([undefined, framing, framing !== 0])
  })

  it('hears of an expectation only where a body follows', () => {
    const expectation: ReadField = ['expect', '100-Continue']
    expect(readH2([...PSEUDO, expectation], { isWhole: false }).request.expectsContinue).toBe(true)
    expect(readH2([...PSEUDO, expectation]).request.expectsContinue).toBe(false)
  })

  it('an extended CONNECT to a WebSocket is a GET without a body', () => {
    const list = pseudo({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' })
    const { request, refusal } = readH2([...list, ['sec-websocket-version', '13']], { isWhole: false })
    expect(refusal).toBeUndefined()
    expect(request).toMatchObject({ isConnect: true, hasBody: false, isHead: false })
    expect(request.line).toMatchObject({ method: 'GET', target: '/chat' })
  })

  it('a refused HEAD is still known as one', () => {
    const { request, refusal } = readH2(pseudo({ ':method': 'HEAD', ':path': 'nowhere' }))
    expect([refusal?.status, request.isHead]).toEqual([400, true])
  })
})

describe('H2Request refuses', () => {
  it.each<[string, readonly ReadField[], number]>([
    ['no method', pseudo({ ':method': undefined }), 400],
    ['no path', pseudo({ ':path': undefined }), 400],
    ['no scheme', pseudo({ ':scheme': undefined }), 400],
    ['another scheme than is spoken', pseudo({ ':scheme': 'https' }), 400],
    ['a scheme that is none', pseudo({ ':scheme': 'ftp' }), 400],
    ['neither authority nor Host', pseudo({ ':authority': undefined }), 400],
    ['an empty authority', pseudo({ ':authority': '' }), 400],
    ['userinfo in the authority', pseudo({ ':authority': 'u@a.test' }), 400],
    ['a path in the authority', pseudo({ ':authority': 'a.test/x' }), 400],
    ['a list as authority', pseudo({ ':authority': 'a.test, b.test' }), 400],
    ['a Host that says something else', [...PSEUDO, ['host', 'b.test']], 400],
    ['two Hosts', [...pseudo({ ':authority': undefined }), ['host', 'a.test'], ['host', 'a.test']], 400],
    ['two methods', [...PSEUDO, [':method', 'POST']], 400],
    ['two paths', [...PSEUDO, [':path', '/b']], 400],
    ['two schemes', [...PSEUDO, [':scheme', 'http']], 400],
    ['two authorities', [...PSEUDO, [':authority', 'a.test']], 400],
    ['two protocols', [...PSEUDO, [':protocol', 'a'], [':protocol', 'b']], 400],
    ['an unknown pseudo-header', [...PSEUDO, [':status', '200']], 400],
    ['a lone colon', [...PSEUDO, [':', '']], 400],
    ['a path that is a URL', pseudo({ ':path': 'http://a.test/' }), 400],
    ['a path with a space', pseudo({ ':path': '/a b' }), 400],
    ['a path with a fragment', pseudo({ ':path': '/a#b' }), 400],
    ['`*` with GET', pseudo({ ':path': '*' }), 400],
    ['a method that is no token', pseudo({ ':method': 'GE T' }), 400],
    ['a method that holds a line', pseudo({ ':method': 'GET / HTTP/1.1\r\nx: GET' }), 400],
    ['a method that holds a request', pseudo({ ':method': 'GET / HTTP/1.1\r\n\r\nGET' }), 400],
    ['a path that holds a line', pseudo({ ':path': '/ HTTP/1.1\r\nx: /' }), 400],
    ['TRACE', pseudo({ ':method': 'TRACE' }), 405],
    ['CONNECT', pseudo({ ':method': 'CONNECT', ':path': undefined, ':scheme': undefined }), 405],
    ['a :protocol without CONNECT', pseudo({ ':protocol': 'websocket' }), 400],
    ['an unknown :protocol', pseudo({ ':method': 'CONNECT', ':protocol': 'connect-udp' }), 501],
    ['a field without a name', [...PSEUDO, ['', 'x']], 400],
    ['two lengths', [...PSEUDO, ['content-length', '0'], ['content-length', '0']], 400],
    ['a length that is none', [...PSEUDO, ['content-length', '1, 1']], 400],
    ['a length without a body', [...PSEUDO, ['content-length', '1']], 400],
    ['an unknown expectation', [...PSEUDO, ['expect', 'the-unexpected']], 417],
  ])('%s', (_, list, status) => expect(readH2(list).refusal?.status).toBe(status))

  it('what is past the limits, each with its own status', () => {
    const limits = { maxHeaderBytes: 100, maxHeaders: 4, maxUrlBytes: 10 }
    const status = (list: readonly ReadField[]): number | undefined =>
      readH2(list, { limits }).refusal?.status
    const many = (count: number): ReadField[] => Array.from({ length: count }, () => ['a', 'b'])
    expect(status([...PSEUDO, ...many(3)])).toBeUndefined()
    expect(status([...PSEUDO, ...many(4)])).toBe(431)
    expect(status(pseudo({ ':path': '/123456789' }))).toBeUndefined()
    expect(status(pseudo({ ':path': '/1234567890' }))).toBe(414)
    expect(status([...PSEUDO, ['a', 'b'.repeat(50)]])).toBeUndefined()
    expect(status([...PSEUDO, ['a', 'b'.repeat(100)]])).toBe(431)
    expect(status([...PSEUDO, ['cookie', 'b'.repeat(60)], ['cookie', 'b'.repeat(40)]])).toBe(431)
  })

  it('without quoting a byte of it', () => {
    const { refusal } = readH2([...PSEUDO, ['x-a', 'hunter2\0']], { limits: DEFAULT_LIMITS })
    expect(refusal?.status).toBe(400)
    expect(refusal?.detail).not.toContain('hunter2')
  })
})
