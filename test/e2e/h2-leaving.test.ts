// Connections of HTTP/2 that end badly. Inside a field section: what is left of it must not outlive its session in Node's native
// memory, or the process aborts at the next collection (`current_nghttp2_memory_ == 0`; a small nursery makes them frequent). By an
// error: nothing of them stays (CVE-2026-21714).
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FLAG, frame, uint32 } from '../support/h2/frames.ts'
import { block, requestBytes } from '../support/h2/hpack-write.ts'
import { startH2Origin } from '../support/h2/origin.ts'
import { connectH2 } from '../support/h2/peer.ts'
import { heapOf, MEASURED } from '../support/heap.ts'
import { hold } from '../support/origin.ts'
import { ask, visit } from '../support/raw.ts'
import { startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const NODE = ['--max-semi-space-size=1']
/** A head, and trailers that go on. */
const MORE = block([['x-more', 't'.repeat(100)]])

/** `run` so often, some of them at once. */
async function often(count: number, run: () => Promise<void>): Promise<void> {
  let left = count
  const runner = async (): Promise<void> => {
    while (left-- > 0) await run()
  }
  await Promise.all(Array.from({ length: 8 }, runner))
}

describe('the process lives on', () => {
  it('when visitors leave inside their trailers', async () => {
    await using stage = await startStage({}, { node: NODE, keepAccess: false })
    stage.origin.on('/hold', hold)
    const open = requestBytes(1, 'http', '/hold', [], { method: 'POST', ends: false })
    await often(600, async () => {
      await using peer = await connectH2({ port: stage.port, settings: {} })
      await peer.answersPing()
      await peer.send(Buffer.concat([open, frame(1, 0, 1, MORE)]))
      await pause(3)
    })
    await until('the origin is let go', () => stage.origin.busy === 0)
    expect((await stage.ask('/next')).status).toBe(200)
  })

  it('when origins leave inside their trailers', async () => {
    await using origin = await startH2Origin()
    origin.on('/leave', ({ stream, send }) => {
      send(frame(1, FLAG.endHeaders, stream, block([[':status', '200']])))
      send(frame(1, 0, stream, MORE))
      // Inside a head no other frame may come: the connection is over.
      send(frame(6, 0, 0, '12345678'))
    })
    const target = `peer: { alpn: h2c }`
    const route = `  http2:
    listener: web
    match: { path_prefix: / }
    forward: { targets: [{ url: "http://127.0.0.1:${origin.port}", ${target} }] }
`
    await using stage = await startStage(
      { routes: route.replace(/^ {2}/gm, '') },
      { node: NODE, keepAccess: false },
    )
    await often(600, async () => {
      await using visitor = await visit({ port: stage.port })
      await visitor.send('GET /leave HTTP/1.1\r\nHost: a.test\r\n\r\n')
      await pause(10)
    })
    // Whoever shared a connection with the last of them fell with it.
    await until(
      'the origin is reached again',
      async () => (await ask('/next', { port: stage.port })).status === 200,
    )
  })
})

describe('nothing stays', () => {
  it.each([
    ["past its end with the connection's window", frame(8, 0, 0, uint32(0x7fffffff))],
    ['with a window of 0', frame(8, 0, 0, uint32(0))],
    ['with a frame that no setting allows', frame(0, 0, 1, 'x'.repeat(16_385))],
    ['with a head that is no HPACK', frame(1, FLAG.endHeaders, 1, Buffer.from([0xff, 0xff, 0xff, 0xff]))],
  ])('of visitors who go %s', async (_, error) => {
    await using stage = await startStage({}, { node: MEASURED, keepAccess: false })
    stage.origin.on('/hold', hold)
    const descriptors = (): number => readdirSync(`/proc/${stage.world.pid}/fd`).length
    const visits = async (): Promise<number> => {
      await often(200, async () => {
        await using peer = await connectH2({ port: stage.port, settings: {} })
        await peer.send(Buffer.concat([requestBytes(1, 'http', '/hold'), error]))
        await until('the connection ends', () => peer.isClosed)
      })
      await until('the origin is let go', () => stage.origin.busy === 0)
      return (await heapOf(stage.world)).held
    }
    await visits()
    const [opened, before] = [descriptors(), await visits()]
    const grown = (await visits()) - before
    expect(descriptors()).toBeLessThanOrEqual(opened + 5)
    // A session and its stream are some 10 KB; 200 of each were there.
    expect(grown).toBeLessThan(500_000)
  })
})
