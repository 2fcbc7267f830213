// What the origin is told about the visitor, what it is never told, and what edits do (design: Headers to the origin).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type Field, fieldValue, fieldValues } from '../support/incoming.ts'
import type { Asked } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'

describe('fields', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(originPort => ({
      top: 'server: { trusted_proxies: [127.0.0.9/32, 10.0.0.0/8] }',
      routes: `
keep:
  listener: web
  match: { path_prefix: /keep }
  forward: { targets: [{ url: "http://127.0.0.1:${originPort}", preserve_host: true }] }
strip:
  listener: web
  match: { path_prefix: [/strip, /strip/deep] }
  rewrite: { strip_prefix: [/strip, /strip/deep], add_prefix: /added }
  forward: { targets: [{ url: "http://127.0.0.1:${originPort}" }] }
edited:
  listener: web
  match: { path_prefix: /edited }
  request_headers: { set: { X-Set: route, X-Both: route }, add: { X-Add: "1" }, remove: [X-Gone, User-Agent] }
  response_headers: { set: { X-Answer: set, Server: ours }, add: { Set-Cookie: ours=1 }, remove: [X-Powered-By] }
  forward:
    targets:
      - url: http://127.0.0.1:${originPort}
        request_headers: { set: { X-Both: target }, remove: [X-Add] }
        basic_auth: { username: user, password: "p:ss" }
`,
    }))
    stage.origin.on('/edited/answer', turn =>
      turn.answer(200, [
        ['X-Powered-By', 'x'],
        ['Set-Cookie', 'theirs=1'],
        ['Server', 'theirs'],
        ['X-Answer', 'theirs'],
      ]),
    )
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function seen(
    target: string,
    how: Omit<Asked, 'port'> = {},
  ): Promise<{ target: string; fields: Field[] }> {
    const reply = await stage.ask(target, how)
    if (reply.status !== 200) throw new Error(`${target}: ${reply.status} ${reply.body.toString()}`)
    return JSON.parse(reply.body.toString())
  }
  const folded = (name: string): string => name.toLowerCase().replaceAll('_', '-')
  const spoofed: Field[] = [
    ['X-Forwarded-For', '1.2.3.4'],
    ['X-Forwarded-For', '5.6.7.8'],
    ['X-Forwarded-Host', 'evil.test'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '666'],
    ['X-Forwarded-Prefix', '/evil'],
    ['X-Real-IP', '1.2.3.4'],
    ['Forwarded', 'for=1.2.3.4'],
    ['X-Request-Id', 'spoofed'],
  ]

  it.each<[string, (field: Field) => Field[]]>([
    ['as usual', field => [field]],
    ['twice', field => [field, field]],
    ['in upper case', ([name, value]) => [[name.toUpperCase(), value]]],
    ['with underscores', ([name, value]) => [[name.replaceAll('-', '_'), value]]],
  ])('an untrusted visitor can not say who it is, spelled %s', async (_, spell) => {
    const lies = spoofed.filter(([name]) => name.includes('-')).flatMap(spell)
    const { fields } = await seen('/spelled', { fields: lies, host: 'app.test' })
    const values = fields.filter(([name]) => lies.some(([lie]) => folded(lie) === folded(name)))
    expect(
      values.map(([name, value]) => (folded(name) === 'x-request-id' ? name : `${name}: ${value}`)),
    ).toEqual([
      'X-Forwarded-For: 127.0.0.1',
      'X-Real-IP: 127.0.0.1',
      'X-Forwarded-Host: app.test',
      'X-Forwarded-Proto: http',
      `X-Forwarded-Port: ${stage.port}`,
      'X-Request-Id',
    ])
    expect(fields.map(([, value]) => value)).not.toContain('spoofed')
  })

  it.each([
    'X-Forwarded-For',
    'x-forwarded-for',
    'X_FORWARDED_FOR',
    'X-Real-IP',
    'Forwarded',
    'X-Request-Id',
  ])('nor in a trailer named %s', async name => {
    await using visitor = await stage.visit()
    const head = 'POST /trailer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    await visitor.send(`${head}1\r\nx\r\n0\r\n${name}: 1.2.3.4\r\n\r\n`)
    expect((await visitor.answer('POST')).status).toBe(400)
    expect(stage.origin.at('/trailer').filter(request => request.complete)).toEqual([])
  })

  it('an untrusted visitor can not say who it is', async () => {
    const { fields } = await seen('/a', { fields: spoofed, from: '127.0.0.5', host: 'App.Test' })
    expect(fieldValues(fields, 'x-forwarded-for')).toEqual(['127.0.0.5'])
    expect(fieldValues(fields, 'x-real-ip')).toEqual(['127.0.0.5'])
    expect(fieldValues(fields, 'x-forwarded-proto')).toEqual(['http'])
    expect(fieldValue(fields, 'x-forwarded-host')?.toLowerCase()).toBe('app.test')
    expect(fieldValues(fields, 'x-forwarded-port')).not.toContain('666')
    expect(fieldValues(fields, 'x-forwarded-port')).toHaveLength(1)
    expect(fieldValues(fields, 'x-forwarded-prefix')).toEqual([])
    expect(fieldValues(fields, 'forwarded')).toEqual([])
    const id = fieldValue(fields, 'x-request-id')
    expect(id).toMatch(/^[\w-]{16,}$/)
    expect(id).not.toBe('spoofed')
    const record = await stage.world.accessLine('/a', line.askedFor('/a'))
    expect(line.requestId(record)).toBe(id)
  })

  it("a trusted proxy's chain is kept and extended, and its request id too", async () => {
    const fields: Field[] = [
      ['X-Forwarded-For', '1.2.3.4, 203.0.113.7'],
      ['X-Forwarded-For', '10.1.1.1'],
      ['X-Request-Id', 'from-the-proxy'],
    ]
    const there = await seen('/trusted', { fields, from: '127.0.0.9' })
    expect(fieldValues(there.fields, 'x-forwarded-for').join(', ')).toBe(
      '1.2.3.4, 203.0.113.7, 10.1.1.1, 127.0.0.9',
    )
    expect(fieldValues(there.fields, 'x-real-ip')).toEqual(['203.0.113.7'])
    expect(fieldValues(there.fields, 'x-request-id')).toEqual(['from-the-proxy'])
    const record = await stage.world.accessLine('/trusted', line.askedFor('/trusted'))
    expect(line.client(record)).toBe('203.0.113.7')
  })

  it('a port other than the default stays in X-Forwarded-Host', async () => {
    const { fields } = await seen('/port', { host: 'app.test:8080' })
    expect(fieldValue(fields, 'x-forwarded-host')).toBe('app.test:8080')
  })

  it('hop-by-hop fields and those named by Connection stop here', async () => {
    const { fields } = await seen('/hop', {
      fields: [
        ['Connection', 'X-Secret, x-other'],
        ['X-Secret', '1'],
        ['X-Other', '1'],
        ['Keep-Alive', 'timeout=5'],
        ['Proxy-Connection', 'keep-alive'],
        ['Proxy-Authorization', 'Basic eDp5'],
        ['TE', 'gzip'],
        ['X-Stays', '1'],
      ],
    })
    for (const name of ['x-secret', 'x-other', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te'])
      expect(fieldValues(fields, name), name).toEqual([])
    expect(fieldValues(fields, 'x-stays')).toEqual(['1'])
  })

  it.each(['Host', 'X-Forwarded-For', 'Authorization', 'Cookie', 'X-Real-IP'])(
    'nominating %s is 400 before any connection is made',
    async name => {
      const before = stage.origin.requests.length
      expect((await stage.ask('/nominate', { fields: [['Connection', name]] })).status).toBe(400)
      expect(stage.origin.requests.length).toBe(before)
    },
  )

  it('TE: trailers and traceparent pass', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { fields } = await seen('/pass', {
      fields: [
        ['TE', 'trailers'],
        ['traceparent', trace],
      ],
    })
    expect(fieldValues(fields, 'te')).toEqual(['trailers'])
    expect(fieldValues(fields, 'traceparent')).toEqual([trace])
  })

  it("Host is the url's, or the visitor's with preserve_host", async () => {
    const url = `127.0.0.1:${stage.origin.port}`
    expect(fieldValues((await seen('/host', { host: 'a.test' })).fields, 'host')).toEqual([url])
    expect(fieldValues((await seen('/keep/x', { host: 'a.test:81' })).fields, 'host')).toEqual(['a.test:81'])
  })

  it.each([
    ['/strip/a%2Fb?x=1', '/added/a%2Fb?x=1', '/strip', 400],
    ['/strip/a?x=/strip', '/added/a?x=/strip', '/strip', 200],
    ['/strip', '/added/', '/strip', 200],
    ['/strip/deep/x', '/added/x', '/strip/deep', 200],
    ['/s%74rip/x%20y', '/added/x%20y', '/strip', 200],
  ])('%s is rewritten to %s', async (asked, sent, prefix, status) => {
    const reply = await stage.ask(asked)
    expect(reply.status).toBe(status)
    if (status !== 200) return
    const there = JSON.parse(reply.body.toString())
    expect(there.target).toBe(sent)
    expect(fieldValue(there.fields, 'x-forwarded-prefix')).toBe(prefix)
  })

  it('edits of the route, then of the target, then basic_auth', async () => {
    const { fields } = await seen('/edited/x', {
      fields: [
        ['x-set', 'theirs'],
        ['X-Gone', '1'],
        ['User-Agent', 'x'],
        ['X-Add', '0'],
        ['Authorization', 'Bearer theirs'],
      ],
    })
    expect(fieldValues(fields, 'x-set')).toEqual(['route'])
    expect(fieldValues(fields, 'x-both')).toEqual(['target'])
    expect(fieldValues(fields, 'x-add')).toEqual([])
    expect(fieldValues(fields, 'x-gone')).toEqual([])
    expect(fieldValues(fields, 'user-agent')).toEqual([])
    expect(fieldValues(fields, 'authorization')).toEqual([
      `Basic ${Buffer.from('user:p:ss').toString('base64')}`,
    ])
  })

  it('response edits hold on every answer of the route', async () => {
    const { fields } = await stage.ask('/edited/answer')
    expect(fieldValues(fields, 'x-powered-by')).toEqual([])
    expect(fieldValues(fields, 'set-cookie')).toEqual(['theirs=1', 'ours=1'])
    expect(fieldValues(fields, 'server')).toEqual(['ours'])
    expect(fieldValues(fields, 'x-answer')).toEqual(['set'])
  })

  it('passwords and credentials stand in no log', async () => {
    await seen('/edited/secret', { fields: [['Cookie', 'session=hushhush']] })
    await stage.world.accessLine('/edited/secret', line.askedFor('/edited/secret'))
    const log = JSON.stringify([...stage.world.access, ...stage.world.events])
    expect(log).not.toContain('p:ss')
    expect(log).not.toContain(Buffer.from('user:p:ss').toString('base64'))
    expect(log).not.toContain('hushhush')
    expect(log).not.toContain('Bearer theirs')
  })
})
