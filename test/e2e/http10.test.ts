// HTTP/1.0 on either side: no chunks towards a visitor, no reuse unless both asked for it, truncation still visible.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cut, fieldValue, fieldValues } from '../support/incoming.ts'
import { type Stage, startStage } from '../support/stage.ts'

describe('HTTP/1.0', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
    stage.origin.on('/chunked', turn =>
      turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n'),
    )
    stage.origin.on('/chunked-cut', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
      turn.socket.end()
    })
    stage.origin.on('/old', async turn => {
      await turn.write('HTTP/1.0 200 OK\r\nX-Old: 1\r\n\r\nold body')
      turn.socket.end()
    })
    stage.origin.on('/old-cut', async turn => {
      await turn.write('HTTP/1.0 200 OK\r\n\r\nold body')
      turn.socket.resetAndDestroy()
    })
    stage.origin.on('/old-length', turn => turn.write('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    stage.origin.on('/old-kept', turn =>
      turn.write('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'),
    )
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('a visitor without keep-alive gets its answer and FIN', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /x HTTP/1.0\r\nHost: a\r\n\r\n')
    const reply = await visitor.answer()
    expect(reply.status).toBe(200)
    expect(fieldValues(reply.fields, 'connection')).not.toContain('keep-alive')
    expect(await visitor.incoming.gone()).toBe('end')
  })

  it('a visitor with keep-alive is told so and served again', async () => {
    await using visitor = await stage.visit()
    for (let n = 0; n < 3; n++) {
      await visitor.send(`GET /x${n} HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`)
      const reply = await visitor.answer()
      expect(fieldValue(reply.fields, 'connection')?.toLowerCase()).toBe('keep-alive')
      expect(JSON.parse(reply.body.toString()).target).toBe(`/x${n}`)
    }
  })

  it.each(['', 'Connection: keep-alive\r\n'])(
    'a chunked answer becomes one that ends with the connection (%j)',
    async field => {
      await using visitor = await stage.visit()
      await visitor.send(`GET /chunked HTTP/1.0\r\nHost: a\r\n${field}\r\n`)
      const reply = await visitor.answer()
      expect(fieldValues(reply.fields, 'transfer-encoding')).toEqual([])
      expect(reply.framing).toBe('close')
      expect(reply.body.toString()).toBe('hello')
    },
  )

  it('an answer that breaks off is a reset, not an end that looks whole', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /chunked-cut HTTP/1.0\r\nHost: a\r\n\r\n')
    await expect(visitor.answer()).rejects.toMatchObject({ how: 'reset' })
  })

  it('a visitor without Host is served; an upload with a length arrives', async () => {
    await using visitor = await stage.visit()
    await visitor.send('POST /x HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello')
    const seen = JSON.parse((await visitor.answer()).body.toString())
    expect(seen).toMatchObject({ method: 'POST', length: 5 })
    expect(stage.origin.at('/x').at(-1)?.version).toBe('HTTP/1.1')
  })

  it("an origin's close-delimited answer reaches an HTTP/1.1 visitor framed, and its connection is kept", async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /old HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n')
    const reply = await visitor.answer()
    expect(reply.framing).toBe('chunked')
    expect(reply.body.toString()).toBe('old body')
    expect((await visitor.answer()).status).toBe(200)
  })

  it('a close-delimited answer that ends in a reset is cut for the visitor too', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /old-cut HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect(visitor.answer()).rejects.toBeInstanceOf(Cut)
  })

  it('an HTTP/1.0 origin that does not say keep-alive is never reused', async () => {
    for (let n = 0; n < 3; n++) expect((await stage.ask('/old-length')).body.toString()).toBe('ok')
    expect(new Set(stage.origin.at('/old-length').map(request => request.connection)).size).toBe(3)
  })

  it('an HTTP/1.0 origin that says keep-alive is reused', async () => {
    await using visitor = await stage.visit()
    const before = stage.origin.connections
    for (let n = 0; n < 5; n++) {
      await visitor.send('GET /old-kept HTTP/1.1\r\nHost: a\r\n\r\n')
      expect((await visitor.answer()).body.toString()).toBe('ok')
    }
    expect(stage.origin.connections - before).toBeLessThanOrEqual(1)
  })
})
