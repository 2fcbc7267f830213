// WebSockets towards origins of HTTP/2 (RFC 8441), asked for in either protocol.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { constants } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type H2Origin, startH2Origin } from '../support/h2/node-origin.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { fieldValue, fieldValues } from '../support/incoming.ts'
import { statusOf, type Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
const handshake = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: b\r\n\r\n`

describe('a WebSocket to an origin of HTTP/2', () => {
  let stage: Stage
  let origin: H2Origin
  let visitor: H2Visitor
  beforeAll(async () => {
    origin = await startH2Origin()
    stage = await startStage({
      routes: `ws:\n  listener: web\n  match: { path_prefix: /ws }\n  forward: { targets: [{ url: "http://127.0.0.1:${origin.port}", peer: { alpn: h2c } }] }`,
    })
    visitor = await visitH2(stage.port, 'http')
    await until('WebSockets are offered', () => visitor.session.remoteSettings.enableConnectProtocol === true)
    origin.on('/ws/echo', ({ stream }) => {
      stream.respond({ ':status': 200, 'sec-websocket-protocol': 'b', 'x-a': '1' })
      stream.on('data', (piece: Buffer) => stream.write(piece))
      stream.on('end', () => stream.end('bye'))
    })
    origin.on('/ws/refused', ({ stream }) => {
      stream.respond({ ':status': 403, 'x-why': 'no' })
      stream.end('refuse')
    })
    origin.on('/ws/leaves', async ({ stream }) => {
      stream.respond({ ':status': 200 })
      stream.end('done')
    })
  })
  afterAll(async () => {
    await visitor?.[Symbol.asyncDispose]()
    await stage?.[Symbol.asyncDispose]()
    await origin?.[Symbol.asyncDispose]()
  })

  const connect = (path: string): ReturnType<H2Visitor['open']> =>
    visitor.open(path, {
      method: 'CONNECT',
      fields: [
        ['sec-websocket-version', '13'],
        ['sec-websocket-protocol', 'b'],
      ],
      pseudo: { ':protocol': 'websocket' },
    })
  const old = async (path: string): Promise<Visitor> => {
    const from = await stage.visit()
    await from.send(handshake(path))
    return from
  }

  it('is asked for as an extended CONNECT, without a key', async () => {
    await using from = await old('/ws/echo')
    const head = await from.answerHead()
    expect(statusOf(head)).toBe(101)
    expect(fieldValue(head.fields, 'sec-websocket-accept')).toBe(ACCEPT)
    expect(fieldValue(head.fields, 'sec-websocket-protocol')).toBe('b')
    expect(fieldValue(head.fields, 'x-a')).toBe('1')
    const { fields } = origin.turns.at(-1) ?? { fields: [] }
    const value = (name: string): string | undefined => fieldValue(fields, name)
    expect([value(':method'), value(':protocol'), value(':path')]).toEqual([
      'CONNECT',
      'websocket',
      '/ws/echo',
    ])
    expect([value('sec-websocket-version'), value('sec-websocket-protocol')]).toEqual(['13', 'b'])
    for (const gone of ['sec-websocket-key', 'connection', 'upgrade'])
      expect(fieldValues(fields, gone)).toEqual([])
  })

  it('carries bytes both ways, and each direction ends on its own, for HTTP/1.1', async () => {
    await using from = await old('/ws/echo')
    expect(statusOf(await from.answerHead())).toBe(101)
    const bytes = Buffer.alloc(1 << 20, 'y')
    await from.send(bytes)
    expect((await from.incoming.exactly(bytes.length)).equals(bytes)).toBe(true)
    from.end()
    expect((await from.incoming.rest()).toString()).toBe('bye')
  })

  it('and for HTTP/2', async () => {
    const { stream, head, reply } = connect('/ws/echo')
    const { status, fields } = await head
    expect([status, fieldValue(fields, 'sec-websocket-protocol')]).toEqual([200, 'b'])
    expect(fieldValues(fields, 'sec-websocket-accept')).toEqual([])
    const bytes = Buffer.alloc(1 << 20, 'y')
    stream.end(bytes)
    const { body, isComplete } = await reply
    expect(isComplete && body.equals(Buffer.concat([bytes, Buffer.from('bye')]))).toBe(true)
  })

  it('an end from the origin reaches both', async () => {
    await using from = await old('/ws/leaves')
    expect(statusOf(await from.answerHead())).toBe(101)
    expect((await from.incoming.rest()).toString()).toBe('done')
    const { stream, head } = connect('/ws/leaves')
    await head
    await once(stream, 'end')
    stream.end()
  })

  it('that is refused is a plain answer to both', async () => {
    await using from = await old('/ws/refused')
    const reply = await from.answer()
    expect([reply.status, fieldValue(reply.fields, 'x-why'), reply.body.toString()]).toEqual([
      403,
      'no',
      'refuse',
    ])
    const { reply: other } = connect('/ws/refused')
    expect((await other).status).toBe(403)
  })

  it.each(['HTTP/1.1', 'HTTP/2'])(
    'a visitor of %s that breaks off ends its stream within a second',
    async version => {
      const before = origin.turns.length
      const from = version === 'HTTP/2' ? undefined : await old('/ws/echo')
      const exchange = from === undefined ? connect('/ws/echo') : undefined
      await exchange?.head
      await from?.answerHead()
      const turn = await until('it is there', () => origin.turns[before])
      expect(turn.stream.closed).toBe(false)
      from?.reset()
      exchange?.stream.close(constants.NGHTTP2_CANCEL)
      await until('its stream is over', () => turn.stream.closed, 1000)
      expect((await visitor.ask('/after')).status).toBe(200)
    },
  )
})
