// Answers before the answer: 1xx, Expect, and final answers that come while the request is still being sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldValue } from '../support/incoming.ts'
import { statusOf } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause } from '../support/until.ts'

const UPLOAD = 'POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'

describe('interim and early answers', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
    stage.origin.on('/hints', async turn => {
      await turn.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
      await pause(50)
      await turn.write('HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload\r\n\r\n')
      await turn.answer(200, [], 'page')
    })
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('1xx answers of the origin are passed on as they come, with their fields', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /hints HTTP/1.1\r\nHost: a\r\n\r\n')
    const hint = await visitor.answerHead()
    expect(statusOf(hint)).toBe(103)
    expect(fieldValue(hint.fields, 'link')).toBe('</a.css>; rel=preload')
    const reply = await visitor.answer()
    expect(reply.interim).toEqual([103])
    expect(reply.body.toString()).toBe('page')
  })

  it('an HTTP/1.0 visitor never sees a 1xx', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET /hints HTTP/1.0\r\nHost: a\r\n\r\n')
    const reply = await visitor.answer()
    expect(reply.interim).toEqual([])
    expect(reply.body.toString()).toBe('page')
  })

  it("the origin's 100 lets the body go", async () => {
    stage.origin.on('/upload', async turn => {
      expect(fieldValue(turn.request.fields, 'expect')).toBe('100-continue')
      await turn.write('HTTP/1.1 100 Continue\r\n\r\n')
      await turn.answer(200, [], (await turn.body()).toString().toUpperCase())
    })
    await using visitor = await stage.visit()
    const start = performance.now()
    await visitor.send(UPLOAD)
    expect(statusOf(await visitor.answerHead())).toBe(100)
    expect(performance.now() - start).toBeLessThan(800)
    await visitor.send('hello')
    expect((await visitor.answer()).body.toString()).toBe('HELLO')
  })

  it('our own 100 follows after a second when the origin says nothing', async () => {
    stage.origin.on('/upload', async turn => turn.answer(200, [], await turn.body()))
    await using visitor = await stage.visit()
    const start = performance.now()
    await visitor.send(UPLOAD)
    expect(statusOf(await visitor.answerHead())).toBe(100)
    const waited = performance.now() - start
    expect(waited).toBeGreaterThan(850)
    expect(waited).toBeLessThan(2500)
    await visitor.send('hello')
    expect((await visitor.answer()).body.toString()).toBe('hello')
  })

  it('a refusal in place of the 100 reaches the visitor before any body', async () => {
    stage.origin.on('/upload', turn => turn.answer(401, [['WWW-Authenticate', 'Basic']], 'who?'))
    await using visitor = await stage.visit()
    const start = performance.now()
    await visitor.send(UPLOAD)
    const reply = await visitor.answer()
    expect(reply.status).toBe(401)
    expect(reply.interim).toEqual([])
    expect(performance.now() - start).toBeLessThan(800)
  })

  it('a body that comes without waiting for the 100 is forwarded', async () => {
    stage.origin.on('/upload', async turn => turn.answer(200, [], await turn.body()))
    await using visitor = await stage.visit()
    await visitor.send(`${UPLOAD}hello`)
    expect((await visitor.answer()).body.toString()).toBe('hello')
  })

  it('an expectation nobody knows is 417, and the origin is never asked', async () => {
    const reply = await stage.ask('/never', { fields: [['Expect', '200-ok']] })
    expect(reply.status).toBe(417)
    expect(stage.origin.at('/never')).toEqual([])
  })

  it('a final answer during an upload is delivered at once', async () => {
    stage.origin.on('/early', async turn => {
      await turn.incoming.exactly(1 << 20)
      await turn.answer(413, [['Connection', 'close']], 'too much')
      turn.socket.end()
    })
    await using visitor = await stage.visit()
    await visitor.send('PUT /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n')
    visitor.send(Buffer.alloc(2 << 20)).catch(() => undefined)
    const reply = await visitor.answer()
    expect(reply.status).toBe(413)
    expect(reply.body.toString()).toBe('too much')
  })

  it('an early answer on a connection that stays open never leaks into another exchange', async () => {
    stage.origin.on('/early-kept', async turn => {
      await turn.answer(200, [], 'early')
    })
    for (let round = 0; round < 5; round++) {
      await using visitor = await stage.visit()
      await visitor.send('PUT /early-kept HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc')
      expect((await visitor.answer()).body.toString()).toBe('early')
      visitor.reset()
      const others = await Promise.all(Array.from({ length: 8 }, (_, n) => stage.ask(`/other/${round}/${n}`)))
      others.forEach((reply, n) => {
        expect(JSON.parse(reply.body.toString()).target).toBe(`/other/${round}/${n}`)
      })
    }
  })

  it('an upload that was answered early but goes on is either finished or its connection closed', async () => {
    await using visitor = await stage.visit()
    await visitor.send('PUT /early-kept HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc')
    expect((await visitor.answer()).body.toString()).toBe('early')
    await visitor.send('defGET /after HTTP/1.1\r\nHost: a\r\n\r\n').catch(() => undefined)
    const next = await visitor.incoming.head()
    if (next !== undefined) expect(statusOf(next)).toBe(200)
    else expect(visitor.incoming.ended).not.toBe('open')
  })
})
