// Handshakes and what follows them byte by byte, through the real program. Messages are websocket-carriers.test.ts's.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { fieldValue, fieldValues } from '../support/incoming.ts'
import { statusOf } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const handshake = (path: string, more = '', version = '13'): string =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: ${version}\r\n${more}\r\n`
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

describe('websocket', () => {
  let stage: Stage
  let sockets: WsOrigin
  beforeAll(async () => {
    sockets = await startWsOrigin()
    stage = await startStage({
      routes: `ws:
  listener: web
  match: { path_prefix: /ws }
  rewrite: { strip_prefix: /ws }
  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }`,
    })
    stage.origin.on('/101', turn => turn.write(SWITCH))
    stage.origin.on('/quiet', async turn => {
      await pause(300)
      const early = turn.incoming.waiting
      await turn.write(`${SWITCH}${early} bytes came early`)
      for (let piece = await turn.incoming.some(); piece !== undefined; piece = await turn.incoming.some())
        await turn.write(piece)
      await turn.write('bye')
      turn.socket.end()
    })
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
  })

  it('a refused upgrade is a plain answer, and the connection goes on', async () => {
    await using visitor = await stage.visit()
    await visitor.send(handshake('/ws/refused'))
    const reply = await visitor.answer()
    expect(reply.status).toBe(403)
    expect(fieldValue(reply.fields, 'x-why')).toBe('no')
    expect(reply.body.toString()).toBe('refuse')
  })

  it('the handshake goes on as exactly Connection: Upgrade, Upgrade: websocket and its own fields', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws/seen`)
    await once(socket, 'open')
    const seen = sockets.handshakes.find(request => request.url === '/seen')
    expect(seen?.headers).toMatchObject({
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
    })
    expect(seen?.headers['sec-websocket-key']).toBeTypeOf('string')
    socket.terminate()
  })

  it('no visitor byte goes to the origin before its 101, and none is lost', async () => {
    await using visitor = await stage.visit()
    await visitor.send(`${handshake('/quiet')}eager`)
    expect(statusOf(await visitor.answerHead())).toBe(101)
    expect((await visitor.incoming.exactly(23)).toString()).toBe('0 bytes came earlyeager')
  })

  it('after 101 each direction ends on its own', async () => {
    await using visitor = await stage.visit()
    await visitor.send(handshake('/quiet'))
    expect(statusOf(await visitor.answerHead())).toBe(101)
    await visitor.send('last words')
    visitor.end()
    expect((await visitor.incoming.rest()).toString()).toBe('0 bytes came earlylast wordsbye')
  })

  it('after 101 an end from the origin leaves the other direction open', async () => {
    const heard: string[] = []
    stage.origin.on('/half', async turn => {
      await turn.write(`${SWITCH}done`)
      turn.socket.end()
      heard.push((await turn.incoming.rest()).toString())
    })
    await using visitor = await stage.visit()
    await visitor.send(handshake('/half'))
    expect(statusOf(await visitor.answerHead())).toBe(101)
    expect((await visitor.incoming.rest()).toString()).toBe('done')
    await visitor.send('still here')
    visitor.end()
    await until('the origin heard the rest', () => heard[0] === 'still here')
  })

  it('an unasked 101 is 502', async () => {
    const reply = await stage.ask('/101')
    expect(reply.status).toBe(502)
    expect(fieldValues(reply.fields, 'upgrade')).toEqual([])
  })

  it('a wrong version is 426 and names the right one', async () => {
    await using visitor = await stage.visit()
    await visitor.send(handshake('/ws/old', '', '8'))
    const reply = await visitor.answer()
    expect(reply.status).toBe(426)
    expect(fieldValue(reply.fields, 'sec-websocket-version')).toBe('13')
    expect(sockets.handshakes.some(request => request.url === '/old')).toBe(false)
  })

  it.each(['Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n'])(
    'a handshake with a body is 400 (%j)',
    async framing => {
      await using visitor = await stage.visit()
      await visitor.send(`${handshake('/ws/body', framing)}3\r\nabc\r\n0\r\n\r\n`)
      expect((await visitor.answer()).status).toBe(400)
      expect(sockets.handshakes.some(request => request.url === '/body')).toBe(false)
    },
  )

  it('any other upgrade is a plain request without the fields that asked for it', async () => {
    await using visitor = await stage.visit()
    await visitor.send(
      'GET /h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    )
    const seen = JSON.parse((await visitor.answer()).body.toString())
    expect(fieldValues(seen.fields, 'upgrade')).toEqual([])
    expect(fieldValues(seen.fields, 'http2-settings')).toEqual([])
    expect(fieldValues(seen.fields, 'connection').join().toLowerCase()).not.toContain('upgrade')
  })
})
