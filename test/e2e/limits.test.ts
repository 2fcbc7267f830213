// Bounds on what a visitor may send and how long it may be silent, each with its status and its record.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { fieldValue } from '../support/incoming.ts'
import { type Visitor, visit } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const LISTENER = `limits:
  max_header_bytes: 4KiB
  max_headers: 20
  max_url_bytes: 1KiB
  max_body_bytes: 64KiB
  header_timeout: 1s
  body_idle_timeout: 1s
  write_idle_timeout: 1s
  keepalive_timeout: 1s`

async function elapsed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call()
  return performance.now() - start
}

const WAYS: readonly [string, boolean][] = [
  ['in the clear', false],
  ['over TLS', true],
]

describe.each(WAYS)('limits %s', (_way, isSecure) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(originPort => ({
      isSecure,
      listener: LISTENER,
      routes: `
roomy:
  listener: web
  match: { path_prefix: /roomy }
  max_body_bytes: 128KiB
  forward: { targets: [{ url: "http://127.0.0.1:${originPort}" }] }
`,
    }))
    stage.origin.on('/endless', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1 << 30}\r\n\r\n`)
      const piece = Buffer.alloc(1 << 20)
      for (let n = 0; n < 1024; n++) await turn.write(piece)
    })
    stage.origin.on('/drip', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (let n = 0; n < 6; n++) {
        await pause(500)
        await turn.write('1\r\nx\r\n')
      }
      await turn.write('0\r\n\r\n')
    })
    stage.origin.on('/thinks', async turn => {
      await pause(2500)
      await turn.answer(200, [], 'thought')
    })
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it.each([
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(5000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a head that never ends',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}`,
      431,
      'headers_too_large',
    ],
    [
      'too many fields',
      `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(25)}\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a target that is too long',
      `GET /${'x'.repeat(2000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      414,
      'uri_too_long',
    ],
    [
      'a body announced too large',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n',
      413,
      'body_too_large',
    ],
  ])('%s is refused and the connection closed', async (_, bytes, status, reason) => {
    const before = stage.origin.requests.length
    await using visitor = await stage.visit()
    visitor.send(bytes).catch(() => undefined)
    expect((await visitor.answer()).status).toBe(status)
    expect(await visitor.incoming.gone()).toMatch(/end|reset/)
    await stage.world.accessLine(reason, line.endedFor(reason))
    expect(stage.origin.requests.length).toBe(before)
  })

  it.each([
    ['a head of nearly the most bytes', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(4000)}\r\n\r\n`],
    ['the most fields', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(19)}\r\n`],
    ['the longest target', `GET /${'x'.repeat(1023)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['the largest body', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n${'x'.repeat(65_536)}`],
  ])('%s is served', async (_, bytes) => {
    await using visitor = await stage.visit()
    await visitor.send(bytes)
    expect((await visitor.answer()).status).toBe(200)
  })

  it('trailers past the most fields of a head are refused', async () => {
    await using visitor = await stage.visit()
    const trailers = 'X: 1\r\n'.repeat(25)
    await visitor.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`)
    expect((await visitor.answer()).status).toBe(431)
  })

  it('a chunked body that grows too large is refused while it comes', async () => {
    await using visitor = await stage.visit()
    await visitor.send('POST /grow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    visitor.send(`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(4)).catch(() => undefined)
    expect((await visitor.answer()).status).toBe(413)
    const seen = stage.origin.at('/grow')[0]
    expect(seen?.complete ?? false).toBe(false)
  })

  it("a route's own body limit is the one that holds", async () => {
    expect((await stage.ask('/roomy', { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(200)
    expect((await stage.ask('/roomy', { method: 'POST', body: 'x'.repeat(140_000) })).status).toBe(413)
  })

  it.each([
    ['half a head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['one byte', 'G'],
  ])('%s is 408 after header_timeout', async (_, bytes) => {
    await using visitor = await stage.visit()
    await visitor.send(bytes)
    const waited = await elapsed(async () => expect((await visitor.answer()).status).toBe(408))
    expect(waited).toBeGreaterThan(900)
    expect(waited).toBeLessThan(2500)
    expect(await visitor.incoming.gone()).toBe('end')
  })

  it('a head that drips in does not extend its time', async () => {
    await using visitor = await stage.visit()
    const bytes = 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: 1234567890\r\n\r\n'
    visitor.sendPieces(bytes, 1, 100).catch(() => undefined)
    const waited = await elapsed(async () => expect((await visitor.answer()).status).toBe(408))
    expect(waited).toBeLessThan(2500)
  })

  it('a connection without a byte is closed in silence after header_timeout', async () => {
    await using visitor = await stage.visit()
    const waited = await elapsed(async () => expect(await visitor.incoming.rest()).toHaveLength(0))
    expect(waited).toBeGreaterThan(900)
    expect(waited).toBeLessThan(2500)
  })

  it('a body that stops coming is 408 after body_idle_timeout, and the origin is let go', async () => {
    await using visitor = await stage.visit()
    await visitor.send('POST /stops HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello')
    const waited = await elapsed(async () => expect((await visitor.answer()).status).toBe(408))
    expect(waited).toBeGreaterThan(900)
    expect(waited).toBeLessThan(2500)
    await stage.world.accessLine('the timeout', line.endedFor('body_timeout'))
    const [seen] = stage.origin.at('/stops')
    await until(
      'the origin sees it go',
      () => seen !== undefined && !stage.origin.isOpen(seen.connection),
      1000,
    )
  })

  it('a body that drips in is silence broken, never a timeout', async () => {
    await using visitor = await stage.visit()
    await visitor.send('POST /drips HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n')
    for (const byte of 'hello!') {
      await pause(400)
      await visitor.send(byte)
    }
    expect((await visitor.answer()).status).toBe(200)
  })

  it('an answer that drips, or takes its time, is nobody’s timeout', async () => {
    const [drip, thinks] = await Promise.all([stage.ask('/drip'), stage.ask('/thinks')])
    expect(drip.body.toString()).toBe('xxxxxx')
    expect(thinks.body.toString()).toBe('thought')
  })

  it('a visitor who reads nothing is cut after write_idle_timeout, and so is the origin', async () => {
    await using visitor = await stage.visit()
    visitor.incoming.hold()
    await visitor.send('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
    const seen = await until('the origin is asked', () => stage.origin.at('/endless')[0])
    await until('the origin is let go', () => !stage.origin.isOpen(seen.connection), 4000)
    const record = await stage.world.accessLine('the timeout', line.askedFor('/endless'))
    expect(line.reason(record)).toBe('write_timeout')
    visitor.incoming.release()
    await visitor.incoming.gone()
    expect(visitor.incoming.total).toBeLessThan(64 << 20)
  })

  it('an idle kept connection is closed after keepalive_timeout', async () => {
    await using visitor = await stage.visit()
    await visitor.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await visitor.answer()).status).toBe(200)
    const waited = await elapsed(() => visitor.incoming.gone())
    expect(waited).toBeGreaterThan(900)
    expect(waited).toBeLessThan(2500)
    expect(visitor.incoming.ended).toBe('end')
  })
})

describe.each(WAYS)('counts %s', (_way, isSecure) => {
  it('past max_connections connections wait unread, and are closed after header_timeout', async () => {
    await using stage = await startStage({
      isSecure,
      listener: 'limits: { max_connections: 2, header_timeout: 1s }',
    })
    const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    const entered = async (): Promise<Visitor | undefined> => {
      try {
        const visitor = await stage.visit()
        await visitor.send(get)
        return (await visitor.answer()).status === 200 ? visitor : undefined
      } catch {
        // No room: neither a handshake nor a request is answered.
        return undefined
      }
    }
    const served: Visitor[] = []
    for (let n = 0; n < 2; n++) served.push(await until('there is room', entered))
    // It gets no further than TCP: over TLS its handshake isn't read either.
    await using third = await visit({ port: stage.port })
    await third.send(get)
    const waited = await elapsed(() => third.incoming.gone())
    expect(third.incoming.total).toBe(0)
    expect(waited).toBeGreaterThan(800)
    expect(waited).toBeLessThan(3000)
    for (const visitor of served) {
      await visitor.send(get)
      expect((await visitor.answer()).status).toBe(200)
      visitor.socket.destroy()
    }
    await using next = await until('there is room again', entered)
    expect(next.incoming.ended).toBe('open')
  })

  it('past max_requests_in_flight the answer is 503 with Retry-After: 1, and the connection lives', async () => {
    await using stage = await startStage({ isSecure, listener: 'limits: { max_requests_in_flight: 2 }' })
    let open: () => void = () => undefined
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    stage.origin.on('/held', async turn => {
      await gate
      await turn.answer(200, [], 'held')
    })
    const held = [stage.ask('/held'), stage.ask('/held')]
    await until('both are at the origin', () => stage.origin.at('/held').length === 2)
    await using visitor = await stage.visit()
    await visitor.send('GET /more HTTP/1.1\r\nHost: a\r\n\r\n')
    const refused = await visitor.answer()
    expect(refused.status).toBe(503)
    expect(fieldValue(refused.fields, 'retry-after')).toBe('1')
    expect(line.reason(await stage.world.accessLine('/more', line.askedFor('/more')))).toBe('overloaded')
    open()
    for (const reply of await Promise.all(held)) expect(reply.status).toBe(200)
    await visitor.send('GET /more HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await visitor.answer()).status).toBe(200)
  })
})

describe('limits of the server', () => {
  it('hold on every listener, but for the keys that a listener sets itself', async () => {
    await using stage = await startStage({
      top: 'server: { limits: { max_url_bytes: 100, max_headers: 10 } }',
      listener: 'limits: { max_url_bytes: 200 }',
    })
    const statusOf = async (length: number, count: number): Promise<number> => {
      await using visitor = await stage.visit()
      const target = `/${'x'.repeat(length - 1)}`
      await visitor.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(count)}\r\n`)
      return (await visitor.answer()).status
    }
    expect(await statusOf(200, 0)).toBe(200)
    expect(await statusOf(201, 0)).toBe(414)
    expect(await statusOf(1, 9)).toBe(200)
    expect(await statusOf(1, 10)).toBe(431)
  })
})
