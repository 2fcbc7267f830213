import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines } from '../../../src/observe/access-json.ts'
import { LineBytes } from '../../../src/observe/line-bytes.ts'
import type { ExchangeRecord } from '../../../src/observe/record.ts'
import { aRecord } from './records.ts'

const TIME = '2026-11-20T11:23:45.067Z'

function madeBy(maker: ReturnType<typeof jsonLines>, changes: Partial<ExchangeRecord>): string {
  const to = new LineBytes(1000)
  maker(aRecord(changes), TIME, to)
  return to.take().toString()
}

function line(changes: Partial<ExchangeRecord> = {}): string {
  return madeBy(jsonLines(), changes)
}

function parsed(changes: Partial<ExchangeRecord> = {}): Record<string, unknown> {
  return JSON.parse(line(changes))
}

describe('an access line in JSON', () => {
  it('carries OpenTelemetry names, flat, with seconds and bytes', () => {
    expect(parsed()).toEqual({
      time: TIME,
      'http.request.method': 'GET',
      'url.path': '/api/orders',
      'url.query': 'page=2',
      'server.address': 'app.example.com',
      'server.port': 8080,
      'http.response.status_code': 200,
      'client.address': '203.0.113.9',
      'network.peer.address': '10.0.0.1',
      'user_agent.original': 'curl/8.5.0',
      'p2pstream.listener': 'web',
      'http.route': 'app-api',
      'p2pstream.upstream': 'orders',
      'p2pstream.target': 'orders-1',
      'p2pstream.attempts': 1,
      'p2pstream.connection_reused': true,
      'http.server.request.duration': 0.012345,
      'p2pstream.connect_duration': 0.0005,
      'p2pstream.response_header_duration': 0.011,
      'http.request.body.size': 10,
      'http.response.body.size': 1024,
      'p2pstream.generation': 3,
      'p2pstream.request_id': '0123456789abcdef0123456789abcdef',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
    })
  })

  it('leaves out what the exchange never came to', () => {
    const names = Object.keys(
      parsed({
        route: undefined,
        pool: undefined,
        target: undefined,
        attempts: 0,
        reused: false,
        connectTime: undefined,
        headTime: undefined,
        userAgent: undefined,
        client: '',
        peer: '',
        authority: '',
      }),
    )
    expect(names).toEqual([
      'time',
      'http.request.method',
      'url.path',
      'url.query',
      'http.response.status_code',
      'p2pstream.listener',
      'http.server.request.duration',
      'http.request.body.size',
      'http.response.body.size',
      'p2pstream.generation',
      'p2pstream.request_id',
      'url.scheme',
      'network.protocol.version',
    ])
  })

  it('tells why, where and in which words', () => {
    expect(
      parsed({ status: 502, reason: 'connection_refused', at: '/routes/a~1b', detail: 'ECONNREFUSED "x"' }),
    ).toMatchObject({
      'p2pstream.reason': 'connection_refused',
      'p2pstream.at': '/routes/a~1b',
      'p2pstream.detail': 'ECONNREFUSED "x"',
    })
  })

  it.each([
    [0, 0],
    [0.0004, 0],
    [999.9996, 1],
    [1000, 1],
    [61_002.5, 61.0025],
    [-3, 0],
  ])('prints %d ms as %d s', (ms, shown) => {
    expect(parsed({ duration: ms })['http.server.request.duration']).toBe(shown)
  })

  it.each([
    ['/', { 'url.path': '/' }],
    ['/a?', { 'url.path': '/a', 'url.query': '' }],
    ['http://u:p@h.example:81/x?y=1', { 'url.path': '/x', 'url.query': 'y=1' }],
    ['*', { 'url.path': '*' }],
    ['', { 'url.path': '' }],
  ])('splits the target %s', (requestTarget, parts) => {
    expect(parsed({ requestTarget })).toMatchObject(parts)
    expect(line({ requestTarget })).not.toContain('u:p')
  })

  it.each([
    ['h', { 'server.address': 'h' }],
    ['[::1]:8080', { 'server.address': '[::1]', 'server.port': 8080 }],
    ['bob:secret@h:81', { 'server.address': '[redacted]@h', 'server.port': 81 }],
  ])('splits the authority %s', (authority, parts) => {
    expect(parsed({ authority })).toMatchObject(parts)
  })

  it('takes the trace from a proper traceparent only', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect(parsed({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toMatchObject({
      trace_id: trace,
      span_id: '00f067aa0ba902b7',
    })
    expect(parsed({ traceparent: `00-${trace}"-x` })).not.toHaveProperty('trace_id')
  })

  it('names the method of a broken head _OTHER', () => {
    expect(parsed({ method: '' })['http.request.method']).toBe('_OTHER')
  })

  it.each([
    ['ESC', '\x1b[31mred'],
    ['CR and LF', 'a\r\n{"forged":true}'],
    ['quotes and backslashes', '"},{"\\'],
    ['latin1 bytes', 'caf\xe9 \x9b2J'],
    ['line separators', 'a\u2028b\u2029c'],
    ['NUL', '\0'],
  ])('stays one line of printable ASCII with %s in every place a visitor can write to', (_, evil) => {
    const text = line({
      method: evil,
      authority: evil,
      requestTarget: `/${evil}?${evil}`,
      userAgent: evil,
      referer: evil,
      requestId: evil,
      client: evil,
      detail: evil,
      reason: 'bad_request',
    })
    expect(text).toMatch(/^[\x20-\x7e]+\n$/)
    expect(JSON.parse(text)).toMatchObject({ 'user_agent.original': evil, 'url.path': `/${evil}` })
  })

  it('says the same of an exchange whatever came before it', () => {
    const word = (...words: string[]) => fc.constantFrom(...words)
    const record = fc.record({
      listener: word('web', 'tls'),
      route: fc.option(word('app', 'api'), { nil: undefined }),
      pool: fc.option(word('orders', 'app'), { nil: undefined }),
      target: fc.option(word('one', 'two'), { nil: undefined }),
      agent: fc.option(word('one', 'near'), { nil: undefined }),
      attempts: fc.nat(2),
      reused: fc.boolean(),
      client: word('', '10.0.0.1', '10.0.0.2'),
      peer: word('', '10.0.0.1', '10.0.0.2'),
      requestTarget: word('', '/', '/a', '/a;token=x', '/a?b=c&token=x', '/"', 'http://u:p@h/x', '*'),
      userAgent: fc.option(word('one', '"'), { nil: undefined }),
      referer: fc.option(word('http://a/', 'http://a/?token=x', '"'), { nil: undefined }),
      reason: fc.option(fc.constant('bad_request' as const), { nil: undefined }),
      bytesIn: fc.nat(3),
      generation: fc.integer({ min: 1, max: 3 }),
      requestId: word('one', '"'),
    })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), changes => {
        const maker = jsonLines()
        for (const one of changes) {
          expect(madeBy(maker, one)).toBe(line(one))
          expect(line(one)).not.toContain('token=x')
          expect(parsed(one)['http.request.body.size']).toBe(one.bytesIn)
        }
      }),
    )
  })
})
