// An upload whose visitor breaks off is never complete for an origin of HTTP/2, whatever said how long it is.
import { describe, expect, it } from 'vitest'
import { frame, uint32 } from '../support/h2/frames.ts'
import { requestBytes } from '../support/h2/hpack-write.ts'
import { startH2Origin } from '../support/h2/origin.ts'
import { connectH2 } from '../support/h2/peer.ts'
import type { Field } from '../support/incoming.ts'
import { startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const CANCEL = 8

describe('an upload that breaks off', () => {
  it.each<[string, readonly Field[]]>([
    ['with a length', [['content-length', '10']]],
    ['without a length', []],
  ])('%s reaches an origin of HTTP/2 without an end', async (_, fields) => {
    await using origin = await startH2Origin()
    origin.on('/up', () => undefined)
    await using stage = await startStage({
      routes: `o:\n  listener: web\n  match: { path: /up }\n  forward: { targets: [{ url: "http://127.0.0.1:${origin.port}", peer: { alpn: h2c } }] }`,
    })
    await using peer = await connectH2({ port: stage.port, settings: {} })
    await peer.send(requestBytes(1, 'http', '/up', fields, { method: 'POST', ends: false }))
    await peer.send(frame(0, 0, 1, 'hello'))
    const asked = await until('half of it is there', () =>
      origin.requests.find(({ body }) => body.length === 5),
    )
    await peer.send(frame(3, 0, 1, uint32(CANCEL)))
    await until('the origin is told', () => asked.reset !== undefined, 1000)
    expect([asked.isEnded, asked.reset]).toEqual([false, CANCEL])

    const old = await stage.visit()
    const framing =
      fields.length > 0
        ? 'Content-Length: 10\r\n\r\nhello'
        : 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'
    await old.send(`POST /up HTTP/1.1\r\nHost: a\r\n${framing}`)
    const second = await until('half of it is there', () =>
      origin.requests.find(one => one !== asked && one.body.length === 5),
    )
    old.reset()
    await until('the origin is told', () => second.reset !== undefined, 1000)
    expect([second.isEnded, second.reset]).toEqual([false, CANCEL])
  })
})
