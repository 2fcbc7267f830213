// `peer.max_connections`: who comes when all are in use waits in a line, and nobody for ever.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import * as line from '../support/access-line.ts'
import { chance } from '../support/chance.ts'
import { type H2Origin, type StreamTurn, startH2Origin } from '../support/h2/node-origin.ts'
import { fieldValue } from '../support/incoming.ts'
import type { Turn } from '../support/origin.ts'
import type { Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

describe('max_connections', () => {
  let stage: Stage
  let h2: H2Origin
  let ws: WsOrigin
  let held: Turn[] = []
  let streams: StreamTurn[] = []

  const routes = (port: number, limit = 2): string => {
    const route = (id: string, url: string, peer: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ url: "http://127.0.0.1:${url}", peer: { ${peer} } }] }\n`
    return [
      route('two', String(port), `max_connections: ${limit}`),
      route('brief', String(port), 'max_connections: 1, connection_timeout: 300ms'),
      route('five', String(port), 'max_connections: 5, connection_timeout: 30s'),
      route('unpooled', String(port), 'max_connections: 1, idle_timeout: 0'),
      route('ws', String(ws.port), 'max_connections: 1, connection_timeout: 30s'),
      route('h2', String(h2.port), 'max_connections: 1, alpn: h2c, connection_timeout: 30s'),
    ].join('')
  }

  beforeAll(async () => {
    h2 = await startH2Origin()
    ws = await startWsOrigin()
    stage = await startStage(port => ({ routes: routes(port) }))
    for (const path of ['/two/held', '/brief/held']) {
      stage.origin.on(path, async turn => {
        held.push(turn)
        await new Promise<void>(resolve => turn.socket.once('released', resolve).once('close', resolve))
        if (!turn.socket.destroyed) await turn.answer(200, [], turn.request.target)
      })
    }
    stage.origin.on('/two/dies', turn => void turn.socket.destroy())
    h2.on('/h2/held', turn => void streams.push(turn))
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await h2[Symbol.asyncDispose]()
    await ws[Symbol.asyncDispose]()
  })

  /** One request after the other, each once the one before it has arrived where it waits. */
  async function row(count: number, path: string): Promise<Visitor[]> {
    const visitors: Visitor[] = []
    for (let n = 0; n < count; n++) {
      const visitor = await stage.visit()
      await visitor.send(get(`${path}?${n}`))
      visitors.push(visitor)
      await pause(20)
    }
    return visitors
  }
  const release = (n: number): void => void held[n]?.socket.emit('released')
  const seen = (): (string | undefined)[] => held.map(turn => turn.request.target.split('?')[1])

  it('lets that many through, and the others in the order in which they came', async () => {
    held = []
    const visitors = await row(5, '/two/held')
    await pause(100)
    expect(seen()).toEqual(['0', '1'])
    for (let n = 0; n < 5; n++) {
      await until(`request ${n} is at the origin`, () => held.length > n)
      release(n)
      expect((await visitors[n]?.answer())?.status).toBe(200)
    }
    expect(seen()).toEqual(['0', '1', '2', '3', '4'])
    expect(new Set(held.map(turn => turn.request.connection)).size).toBe(2)
    for (const visitor of visitors) visitor.socket.destroy()
  })

  it('takes a visitor that left out of the line', async () => {
    held = []
    const visitors = await row(5, '/two/held')
    visitors[2]?.socket.destroy()
    await stage.world.accessLine('the one who left', found => line.status(found) === 499)
    for (const n of [0, 1]) release(n)
    await until('the others are there', () => held.length === 4)
    expect(seen()).toEqual(['0', '1', '3', '4'])
    for (const n of [2, 3]) release(n)
    for (const n of [0, 1, 3, 4]) expect((await visitors[n]?.answer())?.status).toBe(200)
    for (const visitor of visitors) visitor.socket.destroy()
  })

  it('answers 503 after connection_timeout, and says which key it was', async () => {
    held = []
    const [first] = await row(1, '/brief/held')
    await until('the connection is in use', () => held.length === 1)
    const start = performance.now()
    const reply = await stage.ask('/brief/other')
    expect(performance.now() - start).toBeGreaterThanOrEqual(290)
    expect([reply.status, fieldValue(reply.fields, 'retry-after')]).toEqual([503, '1'])
    const record = await stage.world.accessLine('the refusal', line.askedFor('/brief/other'))
    expect([line.reason(record), line.place(record)]).toEqual([
      'connection_limit_reached',
      '/routes/brief/forward/targets/0/peer/max_connections',
    ])
    release(0)
    expect((await first?.answer())?.status).toBe(200)
    expect((await stage.ask('/brief/other')).status).toBe(200)
    first?.socket.destroy()
  })

  it('counts a connection until it is closed, however it ends', async () => {
    const visitors = await Promise.all(Array.from({ length: 20 }, () => stage.visit()))
    const statuses = await Promise.all(
      visitors.map(async (visitor, n) => {
        await visitor.send(get(n % 2 === 0 ? '/two/dies' : '/two/echo'))
        return (await visitor.answer()).status
      }),
    )
    expect(statuses.filter((_, n) => n % 2 === 1)).toEqual(Array(10).fill(200))
    const unpooled = await Promise.all(Array.from({ length: 10 }, () => stage.ask('/unpooled/echo')))
    expect(unpooled.map(({ status }) => status)).toEqual(Array(10).fill(200))
    for (const visitor of visitors) visitor.socket.destroy()
  })

  it('counts a WebSocket as long as it is open', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`)
    await new Promise<unknown>(resolve => socket.once('open', resolve))
    let status = 0
    const waiting = stage.ask('/ws/plain').then(reply => {
      status = reply.status
    })
    await pause(200)
    expect(status).toBe(0)
    socket.terminate()
    await waiting
    expect(status).toBe(200)
  })

  it('counts connections of HTTP/2: streams past their room wait for a place on one of them', async () => {
    streams = []
    const visitors = await Promise.all(Array.from({ length: 300 }, () => stage.visit()))
    const answers = visitors.map(async (visitor, n) => {
      await visitor.send(get(`/h2/held?${n}`))
      return (await visitor.answer()).status
    })
    await until('as many are there as have room', () => streams.length === 256)
    await pause(100)
    expect([streams.length, h2.sessions]).toEqual([256, 1])
    for (let n = 0; n < 300; n++) {
      const turn = await until(`stream ${n}`, () => streams[n])
      turn.stream.respond({ ':status': 200 })
      turn.stream.end()
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]))
    expect(h2.sessions).toBe(1)
    for (const visitor of visitors) visitor.socket.destroy()
  })

  it('is never passed and starves nobody, whatever becomes of the connections', async () => {
    let busy = 0
    let most = 0
    const luck = chance(7)
    stage.origin.on('/five/any', async turn => {
      most = Math.max(most, ++busy)
      await pause(luck.below(5))
      busy--
      if (luck.oneIn(5)) return void turn.socket.destroy()
      await turn.answer(200, luck.oneIn(4) ? [['Connection', 'close']] : [], 'ok')
    })
    const visitors = await Promise.all(Array.from({ length: 40 }, () => stage.visit()))
    const statuses = await Promise.all(
      visitors.map(async visitor => {
        const got: number[] = []
        for (let n = 0; n < 15; n++) {
          await visitor.send(`POST /five/any HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)
          got.push((await visitor.answer()).status)
        }
        return got
      }),
    )
    expect(new Set(statuses.flat())).toEqual(new Set([200, 502]))
    expect(most).toBeLessThanOrEqual(5)
    for (const visitor of visitors) visitor.socket.destroy()
  })

  it('may be changed under way: who waits is served by the old connections', async () => {
    held = []
    const before = await row(3, '/two/held')
    await until('two are in use', () => held.length === 2)
    const applied = stage.world.told('config/applied')
    stage.world.rewrite(stage.config({ routes: routes(stage.origin.port, 1) }))
    await until('it is reloaded', () => stage.world.told('config/applied') > applied)
    const [after] = await row(1, '/two/held')
    await until('the new one has a connection of its own', () => held.length === 3)
    release(0)
    await until('who waited is served', () => held.length === 4)
    for (const n of [1, 2, 3]) release(n)
    for (const visitor of [...before, after]) expect((await visitor?.answer())?.status).toBe(200)
    for (const visitor of [...before, after]) visitor?.socket.destroy()
  })
})
