// Back-pressure: a GiB towards each of twenty peers who do not read costs no memory, and nobody is left behind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Script } from '../support/origin.ts'
import { residentBytes } from '../support/process-figures.ts'
import type { Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const GIB = 1 << 30
const PEERS = 20
const WARM = 8 << 20
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
  // A program of its own for each claim: what one leaves behind would hide what the next one needs.
  beforeEach(async () => {
    stage = await startStage()
    const { origin } = stage
    origin.on('/warm', pour(`HTTP/1.1 200 OK\r\nContent-Length: ${WARM}\r\n\r\n`, WARM))
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
    // Code is compiled before anything is measured.
    await Promise.all(Array.from({ length: PEERS }, () => stage.ask('/warm')))
  })
  afterEach(() => stage[Symbol.asyncDispose]())

  interface Crowd {
    readonly visitors: readonly Visitor[]
    readonly connections: readonly number[]
  }

  async function gather(start: (visitor: Visitor) => Promise<void>): Promise<Crowd> {
    const asked = stage.origin.requests.length
    const visitors = await Promise.all(
      Array.from({ length: PEERS }, async () => {
        const visitor = await stage.visit()
        await start(visitor)
        return visitor
      }),
    )
    await until('all are at the origin', () => stage.origin.requests.length === asked + PEERS)
    return { visitors, connections: stage.origin.requests.slice(asked).map(request => request.connection) }
  }

  /** The most that the program's memory is in two seconds, in MiB. */
  async function mostMemory(): Promise<number> {
    let most = 0
    for (let n = 0; n < 20; n++) {
      await pause(100)
      most = Math.max(most, residentBytes(stage.world.pid))
    }
    return most / (1 << 20)
  }

  /**
   * What twenty more cost, in MiB each, when twenty stand still already. The first twenty fill the buffers of the kernel by way of
   * ours, which leaves some 50 MiB of garbage until the next collection, however many they are.
   */
  async function costOfMore(start: (visitor: Visitor) => Promise<void>, release: number): Promise<number> {
    areGone = false
    const first = await gather(start)
    const before = await mostMemory()
    const second = await gather(start)
    const cost = ((await mostMemory()) - before) / PEERS
    console.log(`${(cost * 1024).toFixed(0)} KiB for each of ${PEERS} more`)
    const connections = [...first.connections, ...second.connections]
    expect(connections.filter(connection => !stage.origin.isOpen(connection))).toEqual([])
    for (const visitor of [...first.visitors, ...second.visitors]) visitor.socket.destroy()
    areGone = true
    const isReleased = (): boolean => connections.every(connection => !stage.origin.isOpen(connection))
    await until('the origin is let go', isReleased, release)
    return cost
  }

  it.each([
    ['an answer with a length', 'GET /length HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a chunked answer', 'GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a WebSocket', HANDSHAKE],
  ])('%s towards visitors who do not read grows by less than a MiB each', async (_, request) => {
    const grown = await costOfMore(async visitor => {
      visitor.incoming.hold()
      await visitor.send(request)
    }, 1000)
    expect(grown).toBeLessThan(1)
  })

  it('an upload towards an origin that does not read grows by less than a MiB each', async () => {
    // What the kernel took from the visitors before they vanished is read by the origin first.
    const grown = await costOfMore(async visitor => {
      await visitor.send(`PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${GIB}\r\n\r\n`)
      const push = async (): Promise<void> => {
        for (let sent = 0; sent < GIB; sent += PIECE.length) await visitor.send(PIECE)
      }
      // It ends with the connection, in the middle.
      push().catch(() => undefined)
    }, 4000)
    expect(grown).toBeLessThan(1)
  })

  it('a reader who stops and goes on gets every byte', async () => {
    await using visitor = await stage.visit()
    visitor.incoming.hold()
    await visitor.send('GET /warm HTTP/1.1\r\nHost: a\r\n\r\n')
    await pause(700)
    visitor.incoming.release()
    expect((await visitor.answer()).body.length).toBe(WARM)
  })
})
