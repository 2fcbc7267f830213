// WebSockets asked for by an extended CONNECT (RFC 8441): what the origin sees, what is refused, and how either side ends it.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { constants } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type H2Asked, type H2Exchange, type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { type Field, fieldValue, fieldValues } from '../support/incoming.ts'
import type { Turn } from '../support/origin.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const VERSION: Field = ['sec-websocket-version', '13']
const accept = (turn: Turn): string => {
  const key = fieldValue(turn.request.fields, 'sec-websocket-key')
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
const switching = (answer: string, more = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${answer}\r\n${more}\r\n`

describe('an extended CONNECT', () => {
  let stage: Stage
  let visitor: H2Visitor
  beforeAll(async () => {
    stage = await startStage()
    visitor = await visitH2(stage.port, 'http')
    await until('WebSockets are offered', () => visitor.session.remoteSettings.enableConnectProtocol === true)
    const { origin } = stage
    origin.on('/echo', async turn => {
      await turn.write(switching(accept(turn), 'Sec-WebSocket-Protocol: b\r\nX-A: 1\r\n'))
      for (let piece = await turn.incoming.some(); piece !== undefined; piece = await turn.incoming.some())
        await turn.write(piece)
      await turn.write('bye')
      turn.socket.end()
    })
    origin.on('/wrong', turn => turn.write(switching('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')))
    origin.on('/other', turn =>
      turn.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'),
    )
    origin.on('/plain', turn => turn.answer(200, [], 'plain'))
    origin.on('/refused', turn => turn.answer(403, [['X-Why', 'no']], 'refuse'))
  })
  afterAll(async () => {
    await visitor?.[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  const connect = (path: string, how: H2Asked = {}, from: H2Visitor = visitor): H2Exchange =>
    from.open(path, {
      method: 'CONNECT',
      fields: [VERSION],
      ...how,
      pseudo: { ':protocol': 'websocket', ...how.pseudo },
    })

  it('reaches the origin as the handshake of HTTP/1.1, with a key of ours', async () => {
    const { head, stream } = connect('/echo?q=1', {
      fields: [VERSION, ['sec-websocket-protocol', 'a, b'], ['origin', 'http://a.test']],
    })
    const { status, fields } = await head
    expect(status).toBe(200)
    expect(fieldValue(fields, 'sec-websocket-protocol')).toBe('b')
    expect(fieldValue(fields, 'x-a')).toBe('1')
    for (const gone of ['sec-websocket-accept', 'connection', 'upgrade', 'content-length'])
      expect(fieldValues(fields, gone)).toEqual([])
    const seen = stage.origin.at('/echo').at(-1)
    const value = (name: string): string | undefined => fieldValue(seen?.fields ?? [], name)
    expect(seen).toMatchObject({ method: 'GET', target: '/echo?q=1', version: 'HTTP/1.1' })
    expect([value('connection'), value('upgrade')]).toEqual(['Upgrade', 'websocket'])
    expect(value('sec-websocket-key')).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(value('sec-websocket-protocol')).toBe('a, b')
    expect(value('origin')).toBe('http://a.test')
    expect(value('x-forwarded-for')).toBe('127.0.0.1')
    stream.close()
  })

  it('never uses a key twice', async () => {
    const both = [connect('/echo'), connect('/echo')]
    for (const { head } of both) await head
    const keys = stage.origin.at('/echo').map(({ fields }) => fieldValue(fields, 'sec-websocket-key'))
    expect(new Set(keys).size).toBe(keys.length)
    for (const { stream } of both) stream.close()
  })

  it('each direction ends on its own, and the record says 101 and the bytes', async () => {
    const before = stage.world.access.length
    const { stream, head, reply } = connect('/echo')
    await head
    stream.end('last words')
    expect(await reply).toMatchObject({ isComplete: true, body: Buffer.from('last wordsbye') })
    const record = await stage.world.accessLine(
      '101',
      one => stage.world.access.indexOf(one) >= before && one['http.request.body.size'] === 10,
    )
    expect(line.status(record)).toBe(101)
    expect(record['http.response.body.size']).toBe(13)
  })

  it('an end from the origin leaves the other direction open', async () => {
    const heard: string[] = []
    stage.origin.on('/half', async turn => {
      await turn.write(`${switching(accept(turn))}done`)
      turn.socket.end()
      heard.push((await turn.incoming.rest()).toString())
    })
    const { stream, head } = connect('/half')
    await head
    await once(stream, 'end')
    stream.end('still here')
    await until('the origin heard the rest', () => heard[0] === 'still here')
  })

  it('a reset frees the origin within a second', async () => {
    const { stream, head } = connect('/echo')
    await head
    const connection = stage.origin.at('/echo').at(-1)?.connection ?? 0
    stream.close(constants.NGHTTP2_CANCEL)
    await until('the origin sees it go', () => !stage.origin.isOpen(connection), 1000)
  })

  it.each<[string, string, H2Asked, number]>([
    ['another version', '/echo', { fields: [['sec-websocket-version', '8']] }, 426],
    ['no version', '/echo', { fields: [] }, 426],
    ['another protocol', '/echo', { pseudo: { ':protocol': 'connect-ip' } }, 501],
    ['an announced body', '/echo', { fields: [VERSION, ['content-length', '5']] }, 400],
    ['an origin that refuses', '/refused', {}, 403],
    ['an origin that answers plainly', '/plain', {}, 502],
    ['an origin that accepts another key', '/wrong', {}, 502],
    ['an origin that changes to something else', '/other', {}, 502],
  ])('is refused with %s', async (_, path, how, status) => {
    const asked = stage.origin.requests.length
    const { reply } = connect(path, how)
    const { fields, body, ...answer } = await reply
    expect(answer.status).toBe(status)
    for (const gone of ['connection', 'upgrade', 'sec-websocket-accept'])
      expect(fieldValues(fields, gone)).toEqual([])
    if (status === 426) expect(fieldValue(fields, 'sec-websocket-version')).toBe('13')
    if (status === 403) expect([fieldValue(fields, 'x-why'), body.toString()]).toEqual(['no', 'refuse'])
    expect(stage.origin.requests.length - asked).toBe(path === '/echo' ? 0 : 1)
    expect((await visitor.ask('/after')).status).toBe(200)
  })

  it('without a :protocol is 405', async () => {
    const { stream } = visitor.open('/', { method: 'POST' })
    stream.close()
    const session = visitor.session.request({ ':method': 'CONNECT', ':authority': 'a.test:443' })
    const [answer] = await once(session, 'response')
    expect(answer[':status']).toBe(405)
  })

  it('an open one is cut when drain_timeout is over, and the exit is still 0', async () => {
    await using own = await startStage({ top: 'server: { drain_timeout: 1s }' })
    own.origin.on('/echo', async turn => {
      await turn.write(switching(accept(turn)))
      await turn.incoming.rest()
    })
    await using from = await visitH2(own.port, 'http')
    await until('WebSockets are offered', () => from.session.remoteSettings.enableConnectProtocol === true)
    const { head, stream, reply } = connect('/echo', {}, from)
    expect((await head).status).toBe(200)
    const begun = performance.now()
    own.world.signal('SIGTERM')
    await own.world.event('server/draining')
    expect(stream.closed).toBe(false)
    expect(await own.world.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - begun).toBeGreaterThan(900)
    expect((await reply).isComplete).toBe(false)
  })
})
