// Whole messages through the real program: connections kept, order kept, bodies and trailers whole, nothing added.
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldValue, fieldValues } from '../support/incoming.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause } from '../support/until.ts'

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: a.test\r\n${more}\r\n`
/** One chunk that holds a whole request. */
const HIDDEN = `26\r\n${get('/hidden')}`

describe('messages', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
    stage.origin.on('/slow', async turn => {
      await pause(150)
      await turn.answer(200, [], 'slow')
    })
    stage.origin.on('/204', turn => turn.answer(204, [['X-Kind', 'empty']]))
    stage.origin.on('/304', turn => turn.answer(304, [['ETag', '"a"']]))
    stage.origin.on('/304-length', turn => turn.write('HTTP/1.1 304 Same\r\nContent-Length: 1234\r\n\r\n'))
    stage.origin.on('/chunked', turn => {
      const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n'
      const body = '5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n'
      return turn.write(turn.request.method === 'HEAD' ? head : head + body)
    })
    stage.origin.on('/body', async turn => {
      const body = await turn.body()
      const { fields, trailers } = turn.request
      await turn.answer(200, [], JSON.stringify({ md5: md5(body), length: body.length, fields, trailers }))
    })
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('a kept connection serves request after request over one origin connection', async () => {
    await using visitor = await stage.visit()
    const before = stage.origin.connections
    for (let n = 0; n < 100; n++) {
      await visitor.send(get(`/kept/${n}`))
      const reply = await visitor.answer()
      expect(reply.status).toBe(200)
      expect(JSON.parse(reply.body.toString()).target).toBe(`/kept/${n}`)
    }
    expect(stage.origin.connections - before).toBeLessThanOrEqual(1)
  })

  it('pipelined requests are answered in their order, the slow one first', async () => {
    await using visitor = await stage.visit()
    const targets = Array.from({ length: 20 }, (_, n) => `/pipelined/${n}`)
    await visitor.send(get('/slow') + targets.map(target => get(target)).join(''))
    expect((await visitor.answer()).body.toString()).toBe('slow')
    for (const target of targets) {
      const reply = await visitor.answer()
      expect(JSON.parse(reply.body.toString()).target).toBe(target)
    }
  })

  it('pipelined requests with bodies of both framings keep their bodies apart', async () => {
    await using visitor = await stage.visit()
    const head = 'POST /body HTTP/1.1\r\nHost: a.test\r\n'
    const length = `${head}Content-Length: 3\r\n\r\nabc`
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`
    await visitor.send(length + chunked + length + get('/after'))
    const lengths: number[] = []
    for (let n = 0; n < 3; n++) lengths.push(JSON.parse((await visitor.answer()).body.toString()).length)
    expect(lengths).toEqual([3, 6, 3])
    expect(JSON.parse((await visitor.answer()).body.toString()).target).toBe('/after')
  })

  it.each(['/echo', '/chunked', '/204', '/304', '/304-length'])(
    'HEAD of %s has no body, and the connection goes on',
    async path => {
      await using visitor = await stage.visit()
      await visitor.send(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      const reply = await visitor.answer('HEAD')
      expect(reply.body.length).toBe(0)
      await visitor.send(get('/next'))
      expect(JSON.parse((await visitor.answer()).body.toString()).target).toBe('/next')
    },
  )

  it('HEAD keeps the Content-Length of the answer it stands for', async () => {
    await using visitor = await stage.visit()
    stage.origin.on('/big', turn => turn.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'))
    await visitor.send('HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(fieldValue((await visitor.answer('HEAD')).fields, 'content-length')).toBe('1000000')
  })

  it.each([
    ['/204', 204],
    ['/304', 304],
    ['/304-length', 304],
  ])('%s never carries a body, and the connection goes on', async (path, status) => {
    await using visitor = await stage.visit()
    await visitor.send(get(path) + get('/next'))
    expect((await visitor.answer()).status).toBe(status)
    expect(JSON.parse((await visitor.answer()).body.toString()).target).toBe('/next')
  })

  it('a chunked answer arrives whole, with its trailers', async () => {
    await using visitor = await stage.visit()
    await visitor.send(get('/chunked', 'TE: trailers\r\nConnection: TE\r\n') + get('/next'))
    const reply = await visitor.answer()
    expect(reply.framing).toBe('chunked')
    expect(reply.body.toString()).toBe('hello, world')
    expect(reply.trailers).toEqual([['X-Sum', '12']])
    expect(fieldValues(reply.fields, 'trailer')).toEqual(['X-Sum'])
    expect((await visitor.answer()).status).toBe(200)
  })

  it('a chunked request arrives whole, with its trailers, in pieces of any size', async () => {
    for (const size of [1, 2, 3, 7, 1000]) {
      await using visitor = await stage.visit()
      await visitor.sendPieces(
        'POST /body HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n',
        size,
      )
      const seen = JSON.parse((await visitor.answer()).body.toString())
      expect(seen).toMatchObject({ md5: md5(Buffer.from('hello, world')), trailers: [['X-Sum', '12']] })
      expect(fieldValues(seen.fields, 'transfer-encoding')).toEqual(['chunked'])
      expect(fieldValues(seen.fields, 'content-length')).toEqual([])
    }
  })

  it.each([
    ['DELETE', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', ['chunked'], [], 3],
    // Dropped framing made their bodies the next request (http-proxy-3 1.23.3).
    ['OPTIONS', `Transfer-Encoding: chunked\r\n\r\n${HIDDEN}\r\n0\r\n\r\n`, ['chunked'], [], 38],
    ['GET', `Transfer-Encoding: chunked\r\n\r\n${HIDDEN}\r\n0\r\n\r\n`, ['chunked'], [], 38],
    ['OPTIONS', 'Content-Length: 3\r\n\r\nabc', [], ['3'], 3],
    ['GET', 'Content-Length: 3\r\n\r\nabc', [], ['3'], 3],
    ['POST', 'Content-Length: 0\r\n\r\n', [], ['0'], 0],
    ['POST', '\r\n', [], [], 0],
    ['PUT', '\r\n', [], [], 0],
  ])('%s keeps its own framing: %j', async (method, rest, codings, lengths, length) => {
    await using visitor = await stage.visit()
    await visitor.send(`${method} /body HTTP/1.1\r\nHost: a\r\n${rest}`)
    const seen = JSON.parse((await visitor.answer()).body.toString())
    expect(fieldValues(seen.fields, 'transfer-encoding')).toEqual(codings)
    expect(fieldValues(seen.fields, 'content-length')).toEqual(lengths)
    expect(seen.length).toBe(length)
    expect(stage.origin.at('/hidden')).toEqual([])
  })

  it('32 MiB go up and come down without a changed byte', async () => {
    const bytes = randomBytes(32 << 20)
    stage.origin.on('/mirror', async turn => {
      const body = await turn.body()
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (let at = 0; at < body.length; at += 99_991) {
        const piece = body.subarray(at, at + 99_991)
        await turn.write(
          Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
        )
      }
      await turn.write('0\r\n\r\n')
    })
    const reply = await stage.ask('/mirror', { method: 'PUT', body: bytes })
    expect(md5(reply.body)).toBe(md5(bytes))
  })

  it('target, field names, order and duplicates go on byte for byte', async () => {
    await using visitor = await stage.visit()
    const target = '/a//b/%7Ec/%e2%82%ac;v=1?x=%2F&y=[1]&&z=%zz'
    await visitor.send(
      get(target, 'x-MiXeD: 1\r\nAccept:  text/html \r\nx-mixed: 2\r\nCookie: a=1; b=2\r\nCookie: c=3\r\n'),
    )
    const seen = JSON.parse((await visitor.answer()).body.toString())
    expect(seen.target).toBe(target)
    const own = seen.fields.filter(([name]: [string]) => /^(x-mixed|accept|cookie)$/i.test(name))
    expect(own).toEqual([
      ['x-MiXeD', '1'],
      ['Accept', 'text/html'],
      ['x-mixed', '2'],
      ['Cookie', 'a=1; b=2'],
      ['Cookie', 'c=3'],
    ])
  })

  it('large answers that follow one another on connections never mix, however slowly they are taken', async () => {
    const MIB = 1 << 20
    const bodies = [0.1, 1, 2, 3, 4, 5, 6].map(size => randomBytes(Math.round(size * MIB)))
    stage.origin.on('/large', async turn => {
      const body = bodies[Number(turn.request.target.split('=')[1])] ?? Buffer.alloc(0)
      await turn.answer(200, [], body)
    })
    for (const [n, body] of bodies.entries()) {
      await using slow = await stage.visit()
      slow.incoming.hold()
      await slow.send(get(`/large?n=${n}`))
      await pause(100)
      for (const other of [6, 0]) {
        const reply = await stage.ask(`/large?n=${other}`)
        expect(md5(reply.body)).toBe(md5(bodies[other] ?? Buffer.alloc(0)))
      }
      slow.incoming.release()
      expect(md5((await slow.answer()).body)).toBe(md5(body))
    }
  })

  it('an answer keeps its field names, order, duplicates and reason phrase', async () => {
    stage.origin.on('/fields', turn =>
      turn.write(
        'HTTP/1.1 299 Quite Fine\r\nset-COOKIE: a=1\r\nX-B: 2\r\nSet-Cookie: b=2\r\nserver: mine\r\nContent-Length: 2\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\n\r\nok',
      ),
    )
    const reply = await stage.ask('/fields')
    expect(reply.head.start).toBe('HTTP/1.1 299 Quite Fine')
    const own = reply.fields.filter(([name]) => !/^(connection|date)$/i.test(name))
    expect(own).toEqual([
      ['set-COOKIE', 'a=1'],
      ['X-B', '2'],
      ['Set-Cookie', 'b=2'],
      ['server', 'mine'],
      ['Content-Length', '2'],
    ])
  })
})
