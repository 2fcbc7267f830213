// Bodies of HTTP/2 both ways: lengths or none, trailers, 1xx before them, early answers, and what breaks off in the middle.
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { FLAG, frame, uint32 } from '../support/h2/frames.ts'
import { block, requestBytes } from '../support/h2/hpack-write.ts'
import { connectH2, outcomeOf } from '../support/h2/peer.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { type Field, fieldValue, fieldValues } from '../support/incoming.ts'
import { hold, type Received, writeAll } from '../support/origin.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

describe.each(['http', 'https'] as const)('bodies of HTTP/2 over %s', protocol => {
  let stage: Stage
  let visitor: H2Visitor
  beforeAll(async () => {
    stage = await startStage({ isSecure: protocol === 'https' })
    visitor = await visitH2(stage.port, protocol)
    const { origin } = stage
    origin.on('/md5', async turn => turn.answer(200, [], md5(await turn.body())))
    origin.on('/trailers', async turn => {
      await turn.body()
      await turn.write('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n')
      await turn.write('5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n')
    })
    origin.on('/only-trailers', turn =>
      turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n'),
    )
    origin.on('/hints', async turn => {
      await turn.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
      await pause(50)
      await turn.write(
        'HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload\r\nLink: </c>\r\nConnection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: a\r\n\r\n',
      )
      await turn.answer(200, [], 'page')
    })
    origin.on('/expects', async turn => {
      await turn.write('HTTP/1.1 100 Continue\r\n\r\n')
      await turn.answer(200, [], (await turn.body()).toString().toUpperCase())
    })
    origin.on('/refuses', async turn => {
      await turn.answer(403, [['Connection', 'close']], 'no')
      turn.socket.end()
    })
    origin.on('/forever', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (;;) {
        await turn.write('5\r\nhello\r\n')
        await pause(20)
      }
    })
    origin.on('/never', hold)
    origin.on('/cut-length', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      turn.socket.end()
    })
    origin.on('/cut-chunked', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
      turn.socket.end()
    })
    origin.on('/cut-reset', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await pause(50)
      turn.socket.resetAndDestroy()
    })
    origin.on('/bad-chunk', turn =>
      turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'),
    )
    origin.on('/bad-trailer', turn =>
      turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nHost: a\r\n\r\n'),
    )
  })
  afterAll(async () => {
    await visitor?.[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  const arrived = (path: string): Promise<Received> =>
    until(`${path} is at the origin`, () => stage.origin.at(path)[0])

  it.each([0, 1, 16_384, 3 << 20])('an upload of %i bytes with a length keeps it', async size => {
    const body = randomBytes(size)
    const reply = await visitor.ask('/md5', {
      method: 'PUT',
      fields: [['content-length', String(size)]],
      body,
    })
    expect(reply.body.toString()).toBe(md5(body))
    const last = stage.origin.at('/md5').at(-1)
    expect(fieldValue(last?.fields ?? [], 'content-length')).toBe(String(size))
    expect(fieldValues(last?.fields ?? [], 'transfer-encoding')).toEqual([])
  })

  it('an upload without a length goes on in chunks', async () => {
    const body = randomBytes(3 << 20)
    expect((await visitor.ask('/md5', { method: 'POST', body })).body.toString()).toBe(md5(body))
    const last = stage.origin.at('/md5').at(-1)
    expect(fieldValue(last?.fields ?? [], 'transfer-encoding')).toBe('chunked')
    expect(fieldValues(last?.fields ?? [], 'content-length')).toEqual([])
  })

  it('twenty uploads at once keep their bytes apart', async () => {
    const bodies = Array.from({ length: 20 }, () => randomBytes(200_000))
    const replies = await Promise.all(bodies.map(body => visitor.ask('/md5', { method: 'POST', body })))
    expect(replies.map(reply => reply.body.toString())).toEqual(bodies.map(md5))
  })

  it('trailers pass both ways', async () => {
    const body = 'hello'
    const reply = await visitor.ask('/trailers', { method: 'POST', body, trailers: { 'x-check': 'ok' } })
    expect(stage.origin.at('/trailers').at(-1)).toMatchObject({
      body: Buffer.from('hello'),
      trailers: [['x-check', 'ok']],
      complete: true,
    })
    expect(reply).toMatchObject({ body: Buffer.from('hello'), isComplete: true })
    expect(reply.trailers).toEqual([
      ['x-sum', '1'],
      ['x-sum', '2'],
    ])
  })

  it('trailers without a body pass too', async () => {
    const reply = await visitor.ask('/only-trailers')
    expect(reply).toMatchObject({ isComplete: true, trailers: [['x-sum', '1']] })
  })

  it('a trailer that must not stand there ends the request with 400, and the origin sees it break off', async () => {
    const reply = await visitor.ask('/md5', {
      method: 'POST',
      body: 'x',
      trailers: { 'x-forwarded-for': '1' },
    })
    expect(reply.status).toBe(400)
    const last = stage.origin.at('/md5').at(-1)
    expect(last?.complete).toBe(false)
    expect((await visitor.ask('/after')).status).toBe(200)
  })

  it('every 1xx passes with its fields', async () => {
    const reply = await visitor.ask('/hints')
    expect(reply.interim.map(({ status }) => status)).toEqual([103, 103])
    expect(fieldValues(reply.interim[1]?.fields ?? [], 'link')).toEqual(['</b.css>; rel=preload', '</c>'])
    expect(reply.interim[1]?.fields.map(([name]) => name)).not.toContain('x-mine')
    expect(reply.body.toString()).toBe('page')
  })

  it('the origin’s 100 lets the body go', async () => {
    const { stream, reply } = visitor.open('/expects', {
      method: 'POST',
      fields: [['expect', '100-continue']],
    })
    await new Promise(resolve => stream.once('continue', resolve))
    stream.end('hello')
    expect((await reply).body.toString()).toBe('HELLO')
  })

  it('our own 100 follows after a second when the origin says nothing', async () => {
    const { stream, reply } = visitor.open('/md5', { method: 'POST', fields: [['expect', '100-continue']] })
    const start = performance.now()
    await new Promise(resolve => stream.once('continue', resolve))
    expect(performance.now() - start).toBeGreaterThan(850)
    stream.end('hello')
    expect((await reply).body.toString()).toBe(md5(Buffer.from('hello')))
  })

  it('an early answer is delivered at once, and the upload is told that nothing is missing', async () => {
    const { stream, reply, head } = visitor.open('/refuses', { method: 'POST' })
    stream.write('a beginning')
    expect((await head).status).toBe(403)
    const { body, rstCode } = await reply
    expect([body.toString(), rstCode]).toEqual(['no', NGHTTP2_NO_ERROR])
    expect((await visitor.ask('/after')).status).toBe(200)
  })

  it.each(['/cut-length', '/cut-chunked', '/cut-reset', '/bad-chunk', '/bad-trailer'])(
    '%s: a body that breaks off is visibly cut, and the record says so',
    async path => {
      const reply = await visitor.ask(path)
      expect(reply).toMatchObject({ status: 200, isComplete: false })
      // The reset may overtake what came with the break.
      expect('hello').toContain(reply.body.toString())
      expect(reply.rstCode).not.toBe(NGHTTP2_NO_ERROR)
      const record = await stage.world.accessLine(path, line.askedFor(path))
      expect(line.reason(record)).toMatch(/^(connection_terminated|http_protocol_error)$/)
      expect((await visitor.ask('/after')).status).toBe(200)
    },
  )

  it('a cut answer never carries the end of its stream', async () => {
    await using peer = await connectH2({ port: stage.port, isTls: protocol === 'https', settings: {} })
    const paths = ['/cut-length', '/cut-chunked', '/cut-reset', '/bad-chunk', '/bad-trailer']
    for (const [n, path] of paths.entries()) {
      const stream = 2 * n + 1
      await peer.send(requestBytes(stream, protocol, path))
      await until(`${path} is over`, () => peer.streams.get(stream)?.reset !== undefined)
      expect(`${path} ${outcomeOf(peer.streams.get(stream))}`).toBe(`${path} 200 reset INTERNAL_ERROR`)
    }
  })

  it.each(['/never', '/forever'])('a reset of %s frees the origin within a second', async path => {
    const { stream, head } = visitor.open(path)
    if (path === '/forever') await head
    const { connection } = await arrived(path)
    expect(stage.origin.isOpen(connection)).toBe(true)
    stream.close(NGHTTP2_CANCEL)
    await until('the origin sees it go', () => !stage.origin.isOpen(connection), 1000)
    const record = await stage.world.accessLine(path, line.askedFor(path))
    expect(line.reason(record)).toBe('client_cancelled')
    expect(line.status(record)).toBe(path === '/never' ? 499 : 200)
    expect((await visitor.ask('/after')).status).toBe(200)
  })

  it('a reset in the middle of an upload frees the origin within a second, and the body isn’t complete', async () => {
    // Node's client ends a body that it resets.
    await using peer = await connectH2({ port: stage.port, isTls: protocol === 'https', settings: {} })
    const words: Field[] = [
      [':method', 'POST'],
      [':scheme', protocol],
      [':authority', 'a.test'],
      [':path', '/upload'],
    ]
    await peer.send(
      Buffer.concat([frame(1, FLAG.endHeaders, 1, block(words)), frame(0, 0, 1, Buffer.from('hello'))]),
    )
    const { connection } = await arrived('/upload')
    await peer.send(frame(3, 0, 1, uint32(NGHTTP2_CANCEL)))
    await until('the origin sees it go', () => !stage.origin.isOpen(connection), 1000)
    expect(stage.origin.at('/upload')[0]?.complete).toBe(false)
  })

  it.each([
    ['is reset', (own: H2Visitor): void => own.reset()],
    ['ends', (own: H2Visitor): void => own.halfClose()],
    ['is left', (own: H2Visitor): void => own.session.destroy()],
  ])('when the connection %s, every stream’s origin is freed within a second', async (_, leave) => {
    await using own = await visitH2(stage.port, protocol)
    const before = stage.origin.requests.length
    for (let n = 0; n < 10; n++) own.open(n % 2 === 0 ? '/never' : '/forever')
    own.open('/upload', { method: 'POST' }).stream.write('a beginning')
    await until('all are at the origin', () => stage.origin.requests.length === before + 11)
    leave(own)
    const all = stage.origin.requests.slice(before)
    await until('the origin sees them go', () => all.every(one => !stage.origin.isOpen(one.connection)), 1000)
    expect((await visitor.ask('/after')).status).toBe(200)
  })

  it('a slow reader gets every byte', async () => {
    const bytes = randomBytes(8 << 20)
    stage.origin.on('/eight', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`)
      await writeAll(turn.socket, bytes)
    })
    const { stream, reply, head } = visitor.open('/eight')
    await head
    stream.pause()
    await pause(500)
    stream.resume()
    const { body, isComplete } = await reply
    expect(isComplete && body.equals(bytes)).toBe(true)
  })
})
