// WebSockets over whatever carries them to us, with the `ws` library at both ends. Handshakes byte by byte are in websocket.test.ts.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { openWebSocket } from '../support/h2/websocket.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

interface Carrier {
  readonly name: string
  readonly isSecure: boolean
  readonly isHttp2: boolean
}

describe.each<Carrier>([
  { name: 'HTTP/1.1', isSecure: false, isHttp2: false },
  { name: 'HTTP/1.1 over TLS', isSecure: true, isHttp2: false },
  { name: 'HTTP/2', isSecure: false, isHttp2: true },
  { name: 'HTTP/2 over TLS', isSecure: true, isHttp2: true },
])('a WebSocket over $name', ({ isSecure, isHttp2 }) => {
  let stage: Stage
  let sockets: WsOrigin
  let visitor: H2Visitor | undefined
  beforeAll(async () => {
    sockets = await startWsOrigin()
    stage = await startStage({
      isSecure,
      routes: `ws:
  listener: web
  match: { path_prefix: /ws }
  rewrite: { strip_prefix: /ws }
  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }`,
    })
    if (isHttp2) visitor = await visitH2(stage.port, isSecure ? 'https' : 'http')
  })
  afterAll(async () => {
    await visitor?.[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
  })

  async function open(path = '/ws/echo', protocols: string[] = []): Promise<WebSocket> {
    if (visitor !== undefined) return await openWebSocket(visitor.session, path, protocols)
    const options = { maxPayload: 64 << 20, rejectUnauthorized: false }
    const scheme = isSecure ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://127.0.0.1:${stage.port}${path}`, protocols, options)
    await once(socket, 'open')
    return socket
  }
  async function exchange(socket: WebSocket, message: string | Buffer): Promise<unknown> {
    const back = once(socket, 'message')
    socket.send(message)
    return (await back)[0]
  }

  it('messages pass both ways, text and binary, small and large, compressed', async () => {
    const socket = await open()
    expect(socket.extensions).toContain('permessage-deflate')
    expect(String(await exchange(socket, 'hello'))).toBe('hello')
    expect(String(await exchange(socket, 'compress me '.repeat(100_000)))).toHaveLength(1_200_000)
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 8 << 20]) {
      const bytes = randomBytes(size)
      expect(bytes.equals((await exchange(socket, bytes)) as Buffer)).toBe(true)
    }
    socket.terminate()
  })

  it('a fragmented message, pings between its frames, arrives as one', async () => {
    const socket = await open()
    const back = once(socket, 'message')
    const pong = once(socket, 'pong')
    socket.send('one ', { fin: false })
    socket.ping('x')
    socket.send('two ', { fin: false })
    socket.send('three', { fin: true })
    expect(String((await back)[0])).toBe('one two three')
    expect(String((await pong)[0])).toBe('x')
    socket.terminate()
  })

  it('a subprotocol is agreed upon end to end', async () => {
    const socket = await open('/ws/echo', ['a', 'b'])
    expect(socket.protocol).toBe('b')
    socket.terminate()
  })

  it('a close from the visitor reaches the origin with its code, and comes back', async () => {
    await until('the others are gone', () => sockets.sockets.size === 0)
    const socket = await open()
    const [last] = [...sockets.sockets]
    const closed = last === undefined ? [] : once(last, 'close')
    const answered = once(socket, 'close')
    socket.close(4000, 'done')
    expect((await closed)[0]).toBe(4000)
    expect((await answered)[0]).toBe(4000)
  })

  it('a close from the origin reaches the visitor with its code', async () => {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.send('close me')
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([4001, 'as asked'])
  })

  it('an origin that breaks off breaks the visitor off', async () => {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.send('break me')
    expect((await closed)[0]).toBe(1006)
  })

  it('a visitor that breaks off frees the origin within a second', async () => {
    const socket = await open()
    expect(sockets.sockets.size).toBeGreaterThan(0)
    socket.terminate()
    await until('the origin sees it go', () => sockets.sockets.size === 0, 1000)
  })

  it('a hundred sockets at once keep their messages apart', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, () => open()))
    const answers = await Promise.all(many.map((socket, n) => exchange(socket, `message ${n}`)))
    answers.forEach((answer, n) => void expect(String(answer)).toBe(`message ${n}`))
    for (const socket of many) socket.terminate()
  })

  it('a refusal of the origin is one', async () => {
    await expect(open('/ws/refused')).rejects.toThrow('403')
  })
})
