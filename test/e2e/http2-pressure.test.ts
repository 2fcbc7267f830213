// Back-pressure through HTTP/2: a GiB towards each of twenty streams that nobody reads costs no memory, and nobody is left behind.
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestBytes } from '../support/h2/hpack-write.ts'
import { type H2Origin, startH2Origin } from '../support/h2/node-origin.ts'
import { connectH2, type H2Peer } from '../support/h2/peer.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { heapOf, MEASURED } from '../support/heap.ts'
import { residentBytes } from '../support/process-figures.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const MIB = 1 << 20
const GIB = 1 << 30
const STREAMS = 20
const PIECE = Buffer.alloc(MIB, 'x')

describe('pressure over HTTP/2', () => {
  let stage: Stage
  let far: H2Origin
  beforeEach(async () => {
    far = await startH2Origin()
    const route = (id: string, url: string, peer: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ url: "${url}", peer: { ${peer} } }] }\n`
    stage = await startStage(
      { routes: route('far', `http://127.0.0.1:${far.port}`, 'alpn: h2c') },
      { node: MEASURED },
    )
    stage.origin.on('/near', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${GIB}\r\n\r\n`)
      for (let sent = 0; sent < GIB; sent += PIECE.length) await turn.write(PIECE)
    })
    stage.origin.on('/deaf', async turn => {
      turn.incoming.hold()
      await once(turn.socket, 'close')
    })
    far.on('/far', async ({ stream }) => {
      stream.respond({ ':status': 200 })
      // Node's server bears 10 MiB that wait on a connection.
      const piece = PIECE.subarray(0, 64 * 1024)
      for (let sent = 0; sent < GIB && !stream.destroyed; sent += piece.length)
        if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), once(stream, 'close')])
    })
    far.on('/far/deaf', ({ stream }) => void stream.pause())
    // Code is compiled before anything is measured.
    await using warm = await visitH2(stage.port, 'http')
    const body = Buffer.alloc(4 * MIB)
    await Promise.all(
      ['/warm', '/far/warm'].flatMap(path =>
        Array.from({ length: 10 }, () => warm.ask(path, { method: 'PUT', body })),
      ),
    )
  })
  afterEach(async () => {
    await stage[Symbol.asyncDispose]()
    await far[Symbol.asyncDispose]()
  })

  /** KiB that each stream holds after a collection, and that the whole process grows by at most in two seconds. */
  async function costOf(
    start: () => Promise<void>,
  ): Promise<{ readonly held: number; readonly resident: number }> {
    const before = { resident: residentBytes(stage.world.pid), held: (await heapOf(stage.world)).held }
    await start()
    let most = 0
    for (let n = 0; n < 20; n++) {
      await pause(100)
      most = Math.max(most, residentBytes(stage.world.pid))
    }
    const held = ((await heapOf(stage.world)).held - before.held) / STREAMS / 1024
    const resident = (most - before.resident) / STREAMS / 1024
    console.log(`KiB for each of ${STREAMS}: ${resident.toFixed(0)}, held ${held.toFixed(0)}`)
    return { held, resident }
  }

  it.each([
    ['of HTTP/1.1', '/near', STREAMS],
    ['of HTTP/1.1, all on one connection', '/near', 1],
    ['of HTTP/2', '/far', STREAMS],
    ['of HTTP/2, all on one connection', '/far', 1],
  ])(
    'answers of an origin %s, which nobody reads, hold less than a MiB each',
    async (_, path, connections) => {
      const peers: H2Peer[] = []
      const cost = await costOf(async () => {
        for (let n = 0; n < connections; n++) {
          // A window of 256 KiB, which is never opened again.
          const peer = await connectH2({ port: stage.port, settings: { 4: 256 * 1024 }, grants: false })
          peers.push(peer)
          for (let stream = 0; stream < STREAMS / connections; stream++)
            await peer.send(requestBytes(2 * stream + 1, 'http', path))
        }
        const asked = (): number =>
          path === '/near' ? stage.origin.at(path).length : far.turns.filter(one => one.path === path).length
        await until('all are at the origin', () => asked() === STREAMS)
      })
      expect(cost.held).toBeLessThan(1024)
      expect(cost.resident).toBeLessThan(4096)
      for (const peer of peers) peer.socket.destroy()
      const open = (): number =>
        path === '/near'
          ? stage.origin.busy
          : far.turns.filter(({ stream, path: at }) => at === path && !stream.closed).length
      await until('the origin is let go', () => open() === 0, 2000)
    },
  )

  it.each([
    ['of HTTP/1.1', '/deaf'],
    ['of HTTP/2', '/far/deaf'],
  ])('uploads towards an origin %s that does not read hold less than a MiB each', async (_, path) => {
    let visitor: H2Visitor | undefined
    const cost = await costOf(async () => {
      visitor = await visitH2(stage.port, 'http')
      for (let n = 0; n < STREAMS; n++) {
        const { stream } = visitor.open(path, { method: 'POST' })
        for (let sent = 0; sent < 8; sent++) stream.write(PIECE)
      }
      const asked = (): number =>
        path === '/deaf' ? stage.origin.at(path).length : far.turns.filter(one => one.path === path).length
      await until('all are at the origin', () => asked() === STREAMS)
    })
    expect(cost.held).toBeLessThan(1024)
    expect(cost.resident).toBeLessThan(4096)
    visitor?.session.destroy()
    const open = (): number =>
      path === '/deaf'
        ? stage.origin.open.size
        : far.turns.filter(({ stream, path: at }) => at === path && !stream.closed).length
    await until('the origin is let go', () => path === '/deaf' || open() === 0, 2000)
    await using next = await visitH2(stage.port, 'http')
    expect((await next.ask('/after')).status).toBe(200)
  })

  it('a stream that nobody reads holds up none of its neighbours, on either side', async () => {
    await using peer = await connectH2({ port: stage.port, settings: { 4: 256 * 1024 }, grants: false })
    await peer.send(requestBytes(1, 'http', '/far'))
    await until('it stands still', () => (peer.streams.get(1)?.body.length ?? 0) > 3)
    await pause(300)
    await using visitor = await visitH2(stage.port, 'http')
    const { stream, head } = visitor.open('/near')
    await head
    stream.pause()
    const body = Buffer.alloc(2 * MIB)
    for (const path of ['/far/by', '/by']) {
      const replies = await Promise.all([1, 2, 3].map(() => visitor.ask(path, { method: 'PUT', body })))
      for (const reply of replies) expect(JSON.parse(reply.body.toString()).length).toBe(body.length)
    }
    expect(far.sessions).toBe(1)
  })

  it('a connection may send ahead more than one of its streams', async () => {
    const peer = await connectH2({ port: stage.port, settings: {} })
    const opened = await until('the window opens', () =>
      peer.frames.find(({ type, stream }) => type === 8 && stream === 0),
    )
    expect(65_535 + opened.payload.readUInt32BE(0)).toBe(MIB)
    peer.socket.destroy()
  })
})
