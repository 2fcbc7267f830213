// Back-pressure: a GiB towards each of twenty peers who do not read costs no memory, and nobody is left behind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import type { Script } from '../support/origin.ts'
import { residentBytes } from '../support/process-figures.ts'
import type { Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const MIB = 1 << 20
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
    stage = await startStage({}, { node: MEASURED })
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
    return most / MIB
  }

  interface Cost {
    /** Growth of the whole process while they stand still, garbage included, in MiB each. */
    readonly resident: number
    /** What they keep of it after a collection. */
    readonly held: number
  }

  async function costOf(start: (visitor: Visitor) => Promise<void>, release: number): Promise<Cost> {
    areGone = false
    const before = {
      resident: residentBytes(stage.world.pid) / MIB,
      held: (await heapOf(stage.world)).held / MIB,
    }
    const { visitors, connections } = await gather(start)
    const resident = ((await mostMemory()) - before.resident) / PEERS
    const held = ((await heapOf(stage.world)).held / MIB - before.held) / PEERS
    console.log(`KiB for each of ${PEERS}: ${(resident * 1024).toFixed(0)}, held ${(held * 1024).toFixed(0)}`)
    expect(connections.filter(connection => !stage.origin.isOpen(connection))).toEqual([])
    for (const visitor of visitors) visitor.socket.destroy()
    areGone = true
    const isReleased = (): boolean => connections.every(connection => !stage.origin.isOpen(connection))
    await until('the origin is let go', isReleased, release)
    return { resident, held }
  }

  // Downloads are read into buffers that go round. Uploads and sockets after 101 are read piece by piece, which leaves some 50 MiB of
  // garbage until the next collection, however many peers there are: of them the growth of the process says nothing.
  it.each([
    ['an answer with a length', true, 'GET /length HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a chunked answer', true, 'GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a WebSocket', false, HANDSHAKE],
  ])('%s towards visitors who do not read grows by less than a MiB each', async (_, isDownload, request) => {
    const { resident, held } = await costOf(async visitor => {
      visitor.incoming.hold()
      await visitor.send(request)
    }, 1000)
    expect(held).toBeLessThan(1)
    if (isDownload) expect(resident).toBeLessThan(1)
  })

  it('an upload towards an origin that does not read grows by less than a MiB each', async () => {
    // What the kernel took from the visitors before they vanished is read by the origin first.
    const { held } = await costOf(async visitor => {
      await visitor.send(`PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${GIB}\r\n\r\n`)
      const push = async (): Promise<void> => {
        for (let sent = 0; sent < GIB; sent += PIECE.length) await visitor.send(PIECE)
      }
      // It ends with the connection, in the middle.
      push().catch(() => undefined)
    }, 4000)
    expect(held).toBeLessThan(1)
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
