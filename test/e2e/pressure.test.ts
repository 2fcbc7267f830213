// Back-pressure: a GiB towards each of twenty peers who do not read costs no memory, and nobody is left behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../support/origin.ts'
import { residentBytes } from '../support/process-figures.ts'
import type { Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const GIB = 1 << 30
const PEERS = 20
const PIECE = Buffer.alloc(1 << 20, 'x')
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
const HANDSHAKE =
  'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

const pour =
  (head: string, total: number): Script =>
  async turn => {
    await turn.write(head)
    for (let sent = 0; sent < total; sent += PIECE.length) await turn.write(PIECE)
  }

describe('pressure', () => {
  let stage: Stage
  let areGone = false
  beforeAll(async () => {
    stage = await startStage()
    const { origin } = stage
    origin.on('/warm', pour(`HTTP/1.1 200 OK\r\nContent-Length: ${64 << 20}\r\n\r\n`, 64 << 20))
    origin.on('/length', pour(`HTTP/1.1 200 OK\r\nContent-Length: ${GIB}\r\n\r\n`, GIB))
    origin.on('/chunked', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (let sent = 0; sent < GIB; sent += PIECE.length) {
        await turn.write(`${PIECE.length.toString(16)}\r\n`)
        await turn.write(PIECE)
        await turn.write('\r\n')
      }
      await turn.write('0\r\n\r\n')
    })
    origin.on('/socket', pour(SWITCH, GIB))
    origin.on('/upload', async turn => {
      turn.incoming.hold()
      await until('the visitors are gone', () => areGone, 30_000)
      turn.incoming.release()
      await turn.incoming.gone()
      turn.socket.destroy()
    })
    // Code is compiled and buffers are made before anything is measured.
    for (let round = 0; round < 3; round++)
      await Promise.all(Array.from({ length: 5 }, () => stage.ask('/warm')))
    await pause(500)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  /** The most that the program's memory grew while twenty visitors stood still, in MiB per connection. */
  async function growth(start: (visitor: Visitor) => Promise<void>): Promise<number> {
    areGone = false
    const before = residentBytes(stage.world.pid)
    const asked = stage.origin.requests.length
    const visitors = await Promise.all(
      Array.from({ length: PEERS }, async () => {
        const visitor = await stage.visit()
        await start(visitor)
        return visitor
      }),
    )
    await until('all are at the origin', () => stage.origin.requests.length === asked + PEERS)
    let most = 0
    for (let n = 0; n < 20; n++) {
      await pause(100)
      most = Math.max(most, residentBytes(stage.world.pid) - before)
    }
    const connections = stage.origin.requests.slice(asked).map(request => request.connection)
    expect(connections.filter(connection => !stage.origin.isOpen(connection))).toEqual([])
    for (const visitor of visitors) visitor.socket.destroy()
    areGone = true
    await until(
      'the origin is let go within a second',
      () => connections.every(connection => !stage.origin.isOpen(connection)),
      1000,
    )
    console.log(`${(most / PEERS / 1024).toFixed(0)} KiB for each of ${PEERS}`)
    return most / PEERS / (1 << 20)
  }

  it.each([
    ['an answer with a length', 'GET /length HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a chunked answer', 'GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a WebSocket', HANDSHAKE],
  ])('%s towards visitors who do not read grows by less than a MiB each', async (_, request) => {
    const grown = await growth(async visitor => {
      visitor.incoming.hold()
      await visitor.send(request)
    })
    expect(grown).toBeLessThan(1)
  })

  it('an upload towards an origin that does not read grows by less than a MiB each', async () => {
    const grown = await growth(async visitor => {
      await visitor.send(`PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${GIB}\r\n\r\n`)
      const push = async (): Promise<void> => {
        for (let sent = 0; sent < GIB; sent += PIECE.length) await visitor.send(PIECE)
      }
      // It ends with the connection, in the middle.
      push().catch(() => undefined)
    })
    expect(grown).toBeLessThan(1)
  })

  it('a reader who stops and goes on gets every byte', async () => {
    await using visitor = await stage.visit()
    visitor.incoming.hold()
    await visitor.send('GET /warm HTTP/1.1\r\nHost: a\r\n\r\n')
    await pause(700)
    visitor.incoming.release()
    expect((await visitor.answer()).body.length).toBe(64 << 20)
  })
})
