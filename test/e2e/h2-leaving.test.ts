// Leaving inside a field section: what is left of it must not outlive its session in Node's native memory, or the process aborts at
// the next collection (`current_nghttp2_memory_ == 0`). A small nursery makes collections frequent.
import { describe, expect, it } from 'vitest'
import { FLAG, frame } from '../support/h2/frames.ts'
import { block, requestBytes } from '../support/h2/hpack-write.ts'
import { startH2Origin } from '../support/h2/origin.ts'
import { connectH2 } from '../support/h2/peer.ts'
import { hold } from '../support/origin.ts'
import { ask, visit } from '../support/raw.ts'
import { startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const COUNT = 600
const NODE = ['--max-semi-space-size=1']
/** A head, and trailers that go on. */
const MORE = block([['x-more', 't'.repeat(100)]])

/** `run` so often, some of them at once. */
async function often(run: () => Promise<void>): Promise<void> {
  let left = COUNT
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
    await often(async () => {
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
    await often(async () => {
      await using visitor = await visit({ port: stage.port })
      await visitor.send('GET /leave HTTP/1.1\r\nHost: a.test\r\n\r\n')
      await pause(10)
    })
    expect((await ask('/next', { port: stage.port })).status).toBe(200)
  })
})
