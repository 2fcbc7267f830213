// Requests of HTTP/2, in plain text by prior knowledge and over TLS: the same pipeline and the same refusals as HTTP/1.1.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { type Field, fieldValue, fieldValues } from '../support/incoming.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const ROUTES = `
edited:
  listener: web
  match: { path_prefix: /edited }
  response_headers: { set: { X-Edited: "1" }, remove: [Server] }
  rewrite: { strip_prefix: /edited }
  forward:
    targets: [{ url: "http://127.0.0.1:ORIGIN", preserve_host: true, request_headers: { set: { X-Set: "2" } } }]
moved:
  listener: web
  match: { path: /moved }
  redirect: { mode: https }
`

describe.each(['http', 'https'] as const)('a visitor of HTTP/2 over %s', protocol => {
  let stage: Stage
  let visitor: H2Visitor
  beforeAll(async () => {
    stage = await startStage(originPort => ({
      isSecure: protocol === 'https',
      listener: 'limits: { max_body_bytes: 64KiB, max_header_bytes: 16KiB, max_headers: 50 }',
      routes: ROUTES.replace('ORIGIN', String(originPort)),
    }))
    visitor = await visitH2(stage.port, protocol)
    const { origin } = stage
    const bare = (status: number, more = ''): string => `HTTP/1.1 ${status} x\r\n${more}\r\n`
    origin.on('/204', turn => turn.write(bare(204, 'X-A: 1\r\n')))
    origin.on('/304', turn => turn.write(bare(304, 'Content-Length: 5\r\nETag: "a"\r\n')))
    origin.on('/head', turn => turn.write(bare(200, 'Content-Length: 5\r\n')))
    origin.on('/empty', turn => turn.write(bare(200, 'Content-Length: 0\r\n')))
    origin.on('/hops', turn =>
      turn.answer(200, [
        ['Connection', 'X-Mine'],
        ['X-Mine', '1'],
        ['Keep-Alive', 'timeout=5'],
        ['Proxy-Authenticate', 'Basic'],
        ['Server', 's'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Bytes', '\x80\xff'],
      ]),
    )
    origin.on('/until-close', async turn => {
      await turn.write('HTTP/1.0 200 OK\r\n\r\nuntil the end')
      turn.socket.end()
    })
  })
  afterAll(async () => {
    await visitor[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  async function seen(target: string, fields: readonly Field[] = []): Promise<{ readonly fields: Field[] }> {
    const reply = await visitor.ask(target, { fields })
    expect(reply).toMatchObject({ status: 200, isComplete: true })
    return JSON.parse(reply.body.toString('latin1'))
  }

  it('has agreed on it', async () => {
    expect(visitor.session.alpnProtocol).toBe(protocol === 'https' ? 'h2' : 'h2c')
    const { session } = visitor
    await until('WebSockets are offered', () => session.remoteSettings.enableConnectProtocol === true)
  })

  it('is answered, and the record says how', async () => {
    const reply = await visitor.ask('/echo/x?q=1', { fields: [['user-agent', 'some']] })
    expect(reply).toMatchObject({ status: 200, isComplete: true, rstCode: 0 })
    expect(fieldValue(reply.fields, 'content-length')).toBe(String(reply.body.length))
    expect(JSON.parse(reply.body.toString())).toMatchObject({ method: 'GET', target: '/echo/x?q=1' })
    const record = await stage.world.accessLine('/echo/x', line.askedFor('/echo/x'))
    expect(line.status(record)).toBe(200)
    expect(record['network.protocol.version']).toBe('2')
  })

  it('tells the origin who it is and what it wanted, as HTTP/1.1 would', async () => {
    const { fields } = await seen('/told', [
      ['cookie', 'a=1'],
      ['x-forwarded-for', '9.9.9.9'],
      ['x-forwarded-proto', 'gopher'],
      ['forwarded', 'for=9.9.9.9'],
      ['proxy', 'x'],
      ['x_forwarded_for', '8.8.8.8'],
      ['cookie', 'b=2'],
      ['te', 'trailers'],
      ['x-a', '\x80\xff'],
    ])
    const value = (name: string): string | undefined => fieldValue(fields, name)
    expect(value('host')).toBe(`127.0.0.1:${stage.origin.port}`)
    expect(value('cookie')).toBe('a=1; b=2')
    expect(value('x-forwarded-for')).toBe('127.0.0.1')
    expect(value('x-forwarded-proto')).toBe(protocol)
    expect(value('x-forwarded-host')).toBe('a.test')
    expect(value('x-request-id')).toMatch(/^[0-9a-f-]{20,}$/)
    expect(value('x-a')).toBe('\x80\xff')
    for (const gone of ['forwarded', 'proxy', 'x_forwarded_for', 'connection', 'transfer-encoding'])
      expect(fieldValues(fields, gone)).toEqual([])
    expect(fields.filter(([name]) => name.startsWith(':'))).toEqual([])
  })

  it('reaches an origin that wants the Host by its :authority, and has its route’s edits', async () => {
    const reply = await visitor.ask('/edited/hops', { authority: 'Some.Test:8080' })
    expect(fieldValue(reply.fields, 'x-edited')).toBe('1')
    expect(fieldValues(reply.fields, 'server')).toEqual([])
    const [request] = stage.origin.at('/hops')
    expect(fieldValue(request?.fields ?? [], 'host')).toBe('Some.Test:8080')
    expect(fieldValue(request?.fields ?? [], 'x-set')).toBe('2')
  })

  it('gets the origin’s fields without those of its connection', async () => {
    const { fields } = await visitor.ask('/hops')
    expect(fieldValues(fields, 'set-cookie')).toEqual(['a=1', 'b=2'])
    expect(fieldValue(fields, 'x-bytes')).toBe('\x80\xff')
    for (const gone of ['connection', 'x-mine', 'keep-alive', 'proxy-authenticate', 'transfer-encoding'])
      expect(fieldValues(fields, gone)).toEqual([])
    expect(fields.filter(([name]) => name !== name.toLowerCase())).toEqual([])
  })

  it.each<[string, string, number, string | undefined]>([
    ['GET', '/204', 204, undefined],
    ['GET', '/304', 304, '5'],
    ['HEAD', '/head', 200, '5'],
    ['GET', '/empty', 200, '0'],
    ['HEAD', '/nothing-of-ours', 200, '*'],
  ])('%s %s is %i without a body', async (method, target, status, length) => {
    const reply = await visitor.ask(target, { method })
    expect(reply).toMatchObject({ status, isComplete: true, body: Buffer.alloc(0) })
    if (length !== '*') expect(fieldValue(reply.fields, 'content-length')).toBe(length)
  })

  it('gets a body that ends with its connection, whole', async () => {
    const reply = await visitor.ask('/until-close')
    expect([reply.body.toString(), reply.isComplete]).toEqual(['until the end', true])
  })

  it('is redirected', async () => {
    const reply = await visitor.ask('/moved?a', { authority: 'a.test:8080' })
    expect(reply.status).toBe(302)
    expect(fieldValue(reply.fields, 'location')).toBe('https://a.test/moved?a')
  })

  it.each<[string, Parameters<H2Visitor['ask']>[1] & { target?: string }, number, string]>([
    ['TRACE', { method: 'TRACE' }, 405, 'method_not_allowed'],
    [
      'an announced body that is too large',
      { method: 'POST', fields: [['content-length', '70000']], body: Buffer.alloc(70_000) },
      413,
      'body_too_large',
    ],
    ['a path that is too long', { target: `/${'x'.repeat(17_000)}` }, 414, 'uri_too_long'],
    ['a head that is too large', { fields: [['x-a', 'x'.repeat(17_000)]] }, 431, 'headers_too_large'],
    [
      'too many fields',
      { fields: Array.from({ length: 60 }, () => ['x-a', '1'] as const) },
      431,
      'headers_too_large',
    ],
    ['an unknown expectation', { method: 'POST', fields: [['expect', 'x']] }, 417, 'expectation_failed'],
    ['a bad escape in the path', { target: '/%zz' }, 400, 'bad_path'],
    ['a port that is none', { authority: 'a.test:99999' }, 400, 'bad_request'],
    ['another scheme', { pseudo: { ':scheme': 'ftp' } }, 400, 'bad_request'],
    ['a Host that says something else', { fields: [['host', 'b.test']] }, 400, 'bad_request'],
    [
      'an extended CONNECT to something else',
      { method: 'CONNECT', pseudo: { ':protocol': 'connect-udp' } },
      501,
      'unsupported_protocol',
    ],
  ])('is refused %s', async (_, { target = '/refused', ...how }, status, reason) => {
    const known = new Set(stage.world.access)
    const reply = await visitor.ask(target, how)
    expect(reply.status).toBe(status)
    expect(reply.isComplete).toBe(true)
    expect(fieldValue(reply.fields, 'content-length')).toBe(String(reply.body.length))
    expect(fieldValues(reply.fields, 'connection')).toEqual([])
    await stage.world.accessLine(
      `${status} ${reason}`,
      one => !known.has(one) && line.status(one) === status && line.reason(one) === reason,
    )
    expect(stage.origin.at('/refused')).toEqual([])
  })

  it('goes on asking on the same connection after all that', async () => {
    expect((await visitor.ask('/after')).status).toBe(200)
    expect(visitor.goaways).toEqual([])
  })

  it('OPTIONS * is ours', async () => {
    expect((await visitor.ask('*', { method: 'OPTIONS' })).status).toBe(204)
  })

  it('a hundred requests at once keep their answers apart', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => visitor.ask(`/many/${n}`)))
    replies.forEach((reply, n) => void expect(JSON.parse(reply.body.toString()).target).toBe(`/many/${n}`))
  })

  it('its large answers arrive whole, many at once', async () => {
    const bytes = randomBytes(2 << 20)
    stage.origin.on('/large', turn => turn.answer(200, [], bytes))
    const replies = await Promise.all(Array.from({ length: 10 }, () => visitor.ask('/large')))
    for (const reply of replies) expect(reply.isComplete && reply.body.equals(bytes)).toBe(true)
  })
})
