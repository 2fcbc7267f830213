// Origins of HTTP/2, by prior knowledge and over TLS, for visitors of both protocols.
import { randomBytes } from 'node:crypto'
import { constants } from 'node:http2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { type H2Origin, startH2Origin } from '../support/h2/node-origin.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { Cut, fieldValue, fieldValues } from '../support/incoming.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants

describe.each(['h2c', 'h2'] as const)('an origin of %s', alpn => {
  let authority: Authority
  let origin: H2Origin
  let stage: Stage
  let visitor: H2Visitor
  const scheme = alpn === 'h2' ? 'https' : 'http'
  beforeAll(async () => {
    authority = openAuthority('Test Authority')
    origin = await startH2Origin(alpn === 'h2' ? authority.sign({ hosts: ['127.0.0.1'] }) : undefined)
    const url = `${scheme}://127.0.0.1:${origin.port}`
    const peer = alpn === 'h2' ? 'alpn: h2, ca: ca.pem' : 'alpn: h2c'
    const route = (id: string, more = ''): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  rewrite: { strip_prefix: /${id} }\n  forward: { targets: [{ url: "${url}", peer: { ${peer}${more} } }] }\n`
    stage = await startStage(
      { routes: route('o') + route('other', ', read_timeout: 7s') },
      { files: { 'ca.pem': authority.cert } },
    )
    visitor = await visitH2(stage.port, 'http')
    origin.on('/trailers', async ({ stream, body }) => {
      await body()
      stream.respond({ ':status': 200, trailer: 'x-sum' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': ['1', '2'] }))
      stream.end('hello')
    })
    origin.on('/trailers-only', ({ stream }) => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' },
        { endStream: true },
      )
    })
    origin.on('/hints', async ({ stream }) => {
      stream.additionalHeaders({ ':status': 103, link: '</a.css>' })
      await pause(50)
      stream.respond({ ':status': 200 })
      stream.end('page')
    })
    origin.on('/length', async ({ stream, body }) => {
      const bytes = await body()
      if (stream.destroyed) return
      stream.respond({ ':status': 200, 'content-length': bytes.length })
      stream.end(bytes)
    })
    for (const status of [204, 304])
      origin.on(`/${status}`, ({ stream }) =>
        stream.respond({ ':status': status, etag: '"a"' }, { endStream: true }),
      )
    origin.on('/never', () => undefined)
    origin.on('/cut-length', async ({ stream }) => {
      stream.respond({ ':status': 200, 'content-length': 10 })
      stream.write('hello')
      await pause(50)
      stream.close(NGHTTP2_CANCEL)
    })
    origin.on('/dies', async ({ stream, session }) => {
      stream.respond({ ':status': 200 })
      stream.write('hello')
      await pause(50)
      session.destroy()
    })
    origin.on('/reset', ({ stream }) => stream.close(NGHTTP2_INTERNAL_ERROR))
    origin.on('/early', ({ stream }) => {
      stream.respond({ ':status': 403 })
      stream.end('no')
    })
  })
  afterAll(async () => {
    await visitor?.[Symbol.asyncDispose]()
    await stage?.[Symbol.asyncDispose]()
    await origin?.[Symbol.asyncDispose]()
    authority[Symbol.dispose]()
  })
  // A session that one test's origin ended isn't the next one's.
  beforeEach(async () => void (await stage.ask('/o/warm')))

  it('gets what HTTP/1.1 would get, as HTTP/2 says it', async () => {
    const reply = await visitor.ask('/o/told', {
      fields: [
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
        ['x-a', '\x80\xff'],
        ['x-a', '2'],
        ['te', 'trailers'],
      ],
    })
    const { fields } = JSON.parse(reply.body.toString())
    const value = (name: string): string | undefined => fieldValue(fields, name)
    expect(reply.status).toBe(200)
    expect([value(':method'), value(':scheme'), value(':path')]).toEqual(['GET', scheme, '/told'])
    expect(value(':authority')).toBe(`127.0.0.1:${origin.port}`)
    expect(fieldValues(fields, 'cookie').join('; ')).toBe('a=1; b=2')
    expect(fieldValues(fields, 'x-a')).toEqual(['\x80\xff', '2'])
    expect(value('x-forwarded-host')).toBe('a.test')
    for (const gone of ['host', 'connection', 'transfer-encoding', 'keep-alive'])
      expect(fieldValues(fields, gone)).toEqual([])
  })

  it('takes bodies with and without a length, from both protocols', async () => {
    const body = randomBytes(1 << 20)
    const plain = await visitor.ask('/o/length', { method: 'POST', body })
    expect(plain.body.equals(body)).toBe(true)
    const announced = await stage.ask('/o/length', { method: 'PUT', body })
    expect(announced.body.equals(body)).toBe(true)
    expect(announced.framing).toBe('length')
    expect(fieldValue(origin.turns.at(-1)?.fields ?? [], 'content-length')).toBe(String(body.length))
  })

  it('trailers pass both ways, for both protocols', async () => {
    const reply = await visitor.ask('/o/trailers', {
      method: 'POST',
      body: 'x',
      trailers: { 'x-check': 'ok' },
    })
    const sums = [
      ['x-sum', '1'],
      ['x-sum', '2'],
    ]
    expect(reply).toMatchObject({ isComplete: true, trailers: sums })
    expect(origin.turns.at(-1)?.trailers).toEqual([['x-check', 'ok']])
    await using old = await stage.visit()
    await old.send(
      'POST /o/trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Check: 1\r\n\r\n',
    )
    expect(await old.answer()).toMatchObject({ status: 200, framing: 'chunked', trailers: sums })
    expect(origin.turns.at(-1)?.trailers).toEqual([['x-check', '1']])
  })

  it('a head that ends its stream is a whole answer', async () => {
    const { stream, reply: over } = visitor.open('/o/trailers-only', { method: 'POST' })
    const flags = new Promise<number>(resolve => stream.once('response', (_, own) => resolve(own)))
    stream.end()
    expect((await flags) & NGHTTP2_FLAG_END_STREAM).toBe(NGHTTP2_FLAG_END_STREAM)
    const reply = await over
    expect(reply).toMatchObject({ status: 200, isComplete: true, body: Buffer.alloc(0) })
    expect(fieldValue(reply.fields, 'grpc-status')).toBe('5')
  })

  it.each([
    ['GET', '/o/204', 204],
    ['GET', '/o/304', 304],
    ['HEAD', '/o/x', 200],
  ])('%s %s is %i without a body, for both protocols', async (method, path, status) => {
    expect(await visitor.ask(path, { method })).toMatchObject({
      status,
      isComplete: true,
      body: Buffer.alloc(0),
    })
    expect(await stage.ask(path, { method })).toMatchObject({ status, body: Buffer.alloc(0) })
  })

  it('1xx answers pass', async () => {
    const reply = await visitor.ask('/o/hints')
    expect(reply.interim).toMatchObject([{ status: 103, fields: [['link', '</a.css>']] }])
    expect((await stage.ask('/o/hints')).interim).toEqual([103])
  })

  it('an early answer reaches the visitor while it sends', async () => {
    const { stream, head, reply } = visitor.open('/o/early', { method: 'POST' })
    stream.write('a beginning')
    expect((await head).status).toBe(403)
    expect((await reply).body.toString()).toBe('no')
  })

  it('many requests at once share one connection, and those of another profile don’t', async () => {
    await until('one session is left', () => origin.live.size <= 1)
    const before = origin.sessions
    const had = origin.live.size
    const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => visitor.ask(`/o/many/${n}`)))
    replies.forEach((reply, n) => void expect(JSON.parse(reply.body.toString()).path).toBe(`/many/${n}`))
    expect(origin.sessions).toBe(before + 1 - had)
    const [own] = origin.live
    expect((await visitor.ask('/other/x')).status).toBe(200)
    expect(origin.turns.at(-1)?.session).not.toBe(own)
    expect(origin.live.size).toBe(2)
  })

  it.each(['/cut-length', '/dies'])('%s: a body that breaks off is visibly cut, for both', async path => {
    const reply = await visitor.ask(`/o${path}`)
    expect(reply).toMatchObject({ status: 200, isComplete: false, body: Buffer.from('hello') })
    const cut = await stage.ask(`/o${path}`).catch((error: unknown) => error)
    expect(cut).toBeInstanceOf(Cut)
    const record = await stage.world.accessLine(path, line.askedFor(`/o${path}`))
    expect(line.reason(record)).toMatch(/^(connection_terminated|http_protocol_error)$/)
    expect((await visitor.ask('/o/after')).status).toBe(200)
  })

  it('a stream that is reset before its answer is 502', async () => {
    expect((await visitor.ask('/o/reset')).status).toBe(502)
  })

  it('a visitor that leaves ends its stream within a second, and no other', async () => {
    const { stream } = visitor.open('/o/never')
    const turn = await until('it is there', () => origin.turns.find(({ path }) => path === '/never'))
    const { session } = turn
    stream.close(NGHTTP2_CANCEL)
    await until('its stream is reset', () => turn.stream.closed, 1000)
    expect(turn.stream.rstCode).toBe(NGHTTP2_CANCEL)
    expect((await visitor.ask('/o/after')).status).toBe(200)
    expect(origin.turns.at(-1)?.session).toBe(session)
  })

  it('a refused stream is asked for again, whatever its method', async () => {
    let refusals = 0
    origin.on('/refuses', async ({ stream, body }) => {
      if (refusals++ === 0) return stream.close(NGHTTP2_REFUSED_STREAM)
      const bytes = await body()
      stream.respond({ ':status': 200 })
      stream.end(bytes)
    })
    expect((await visitor.ask('/o/refuses', { method: 'POST', body: 'hello' })).body.toString()).toBe('hello')
    expect(refusals).toBe(2)
  })

  it('an origin that leaves every 50 ms loses nothing that it did not take', async () => {
    let isOver = false
    const leaving = (async () => {
      while (!isOver) {
        await pause(50)
        for (const session of origin.live) session.close()
      }
    })()
    const losses: string[] = []
    let served = 0
    const drive = async (n: number): Promise<void> => {
      while (!isOver) {
        const isPost = n % 2 === 1
        const target = isPost ? '/o/length' : `/o/under/${served}`
        const body = { method: 'POST', body: Buffer.alloc(1000 + served) }
        const reply = await visitor.ask(target, isPost ? body : {})
        if (!reply.isComplete || reply.status !== 200)
          losses.push(`${isPost} ${reply.status} ${reply.rstCode}`)
        served++
        await pause(1)
      }
    }
    const before = origin.sessions
    const all = Array.from({ length: 10 }, (_, n) => drive(n))
    await pause(3000)
    isOver = true
    await Promise.all([...all, leaving])
    expect(losses).toEqual([])
    expect(served).toBeGreaterThan(100)
    expect(origin.sessions - before).toBeGreaterThan(5)
  })
})
