// What a visitor gets, and what the record says, when the origin fails in every way it can (design: Failures).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { Cut, fieldValue, fieldValues } from '../support/incoming.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { startUnreachable, type Unreachable } from '../support/unreachable.ts'
import { pause, until } from '../support/until.ts'

describe('breakage', () => {
  let stage: Stage
  let nowhere: Unreachable
  beforeAll(async () => {
    nowhere = await startUnreachable()
    const closed = await freePort()
    const route = (id: string, target: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ ${target} }] }\n`
    stage = await startStage(originPort => {
      const here = `url: "http://127.0.0.1:${originPort}"`
      return {
        routes: [
          route('refused', `url: "http://127.0.0.1:${closed}"`),
          route('unnamed', 'url: "http://no-such-host.invalid:80"'),
          route(
            'unreachable',
            `url: "http://127.0.0.1:${nowhere.port}", peer: { connection_timeout: 500ms }`,
          ),
          route('slow', `${here}, response_header_timeout: 1s`),
          route('silent', `${here}, peer: { read_timeout: 500ms }`),
          route('deaf', `${here}, peer: { write_timeout: 500ms }`),
          route('empty', `${here}, weight: 0`),
          'only:\n  listener: web\n  match: { host: only.test, methods: [POST] }\n  forward: { targets: [{ static: { status: 200 } }] }',
        ].join(''),
      }
    })
    const { origin } = stage
    origin.on('/reset', turn => void turn.socket.resetAndDestroy())
    origin.on('/fin', turn => void turn.socket.end())
    origin.on('/half-head', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Le')
      turn.socket.end()
    })
    origin.on('/garbage', turn => turn.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'))
    origin.on('/two-lengths', turn =>
      turn.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    )
    origin.on('/huge-head', turn =>
      turn.write(`HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(4 << 20)}\r\n\r\n`).catch(() => undefined),
    )
    origin.on('/slow/x', () => pause(3000))
    origin.on('/silent/head', () => pause(3000))
    origin.on('/silent/body', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await pause(3000)
    })
    origin.on('/deaf/x', async turn => {
      turn.incoming.hold()
      await pause(2500)
      turn.socket.destroy()
    })
    origin.on('/cut-length', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      turn.socket.end()
    })
    origin.on('/cut-chunked', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
      turn.socket.end()
    })
    origin.on('/cut-reset', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await pause(50)
      turn.socket.resetAndDestroy()
    })
    origin.on('/bad-chunk', turn =>
      turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'),
    )
    origin.on('/forever', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (;;) {
        await turn.write('5\r\nhello\r\n')
        await pause(20)
      }
    })
    origin.on('/never', () => pause(30_000))
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await nowhere[Symbol.asyncDispose]()
  })

  it.each([
    ['/refused/x', 502, 'connection_refused'],
    ['/unnamed/x', 502, 'dns_error'],
    ['/reset', 502, 'connection_terminated'],
    ['/fin', 502, 'connection_terminated'],
    ['/half-head', 502, 'connection_terminated'],
    ['/garbage', 502, 'http_protocol_error'],
    ['/two-lengths', 502, 'http_protocol_error'],
    ['/huge-head', 502, 'http_response_header_section_size'],
    ['/unreachable/x', 504, 'connection_timeout'],
    ['/slow/x', 504, 'http_response_timeout'],
    ['/silent/head', 504, 'connection_read_timeout'],
    ['/empty/x', 503, 'no_target_available'],
  ])('%s is %i %s, says nothing inside, and the next request works', async (path, status, reason) => {
    const reply = await stage.ask(path)
    expect(reply.status).toBe(status)
    expect(fieldValue(reply.fields, 'content-type')).toBe('text/plain; charset=utf-8')
    expect(fieldValue(reply.fields, 'x-content-type-options')).toBe('nosniff')
    expect(fieldValues(reply.fields, 'retry-after')).toEqual(status === 503 ? ['1'] : [])
    expect(reply.body.toString()).not.toMatch(/127\.0\.0\.1|invalid|:\d{4}|\/routes|\.ts\b/)
    expect(reply.body.length).toBeLessThan(300)
    const record = await stage.world.accessLine(path, line.askedFor(path))
    expect(line.status(record)).toBe(status)
    expect(line.reason(record)).toBe(reason)
    expect(line.place(record)).toMatch(/^\/routes\//)
    expect((await stage.ask('/fine')).status).toBe(200)
  })

  it('a timeout names the key that set it', async () => {
    await stage.ask('/slow/x?again')
    const record = await stage.world.accessLine('slow', line.askedFor('/slow/x'))
    expect(line.detail(record)).toContain('response_header_timeout')
    expect(line.place(record)).toMatch(/^\/routes\/slow\/forward\/targets\/0/)
  })

  it('an origin that takes no bytes is 504 after write_timeout', async () => {
    await using visitor = await stage.visit()
    const start = performance.now()
    await visitor.send(`PUT /deaf/x HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 << 20}\r\n\r\n`)
    visitor.send(Buffer.alloc(64 << 20)).catch(() => undefined)
    expect((await visitor.answer()).status).toBe(504)
    expect(performance.now() - start).toBeLessThan(3000)
    const record = await stage.world.accessLine('deaf', line.askedFor('/deaf/x'))
    expect(line.reason(record)).toBe('connection_write_timeout')
  })

  it.each(['/cut-length', '/cut-chunked', '/cut-reset', '/bad-chunk', '/silent/body'])(
    '%s: a body that breaks off is visibly cut, and the record says so',
    async path => {
      await using visitor = await stage.visit()
      await visitor.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\nGET /after HTTP/1.1\r\nHost: a\r\n\r\n`)
      const cut = await visitor.answer().catch((error: unknown) => error)
      expect(cut).toBeInstanceOf(Cut)
      expect((cut as Cut).body.toString()).toBe('hello')
      const record = await stage.world.accessLine(path, line.askedFor(path))
      expect(line.status(record)).toBe(200)
      expect(line.reason(record)).toMatch(
        /^(connection_terminated|http_protocol_error|connection_read_timeout)$/,
      )
    },
  )

  it('no route is 404, and the record has no route', async () => {
    await using lonely = await startStage({ routes: '' })
    lonely.world.rewrite(lonely.config().replace('default: true', 'match: { host: only.test }'))
    await until('the route is gone', async () => (await lonely.ask('/gone')).status === 404)
    const record = await lonely.world.accessLine('gone', seen => line.status(seen) === 404)
    expect(line.reason(record)).toBe('no_route')
    expect(line.route(record)).toBeUndefined()
  })

  it.each([
    ['before the head', '/never'],
    ['in the body', '/forever'],
  ])(
    'a visitor who leaves %s frees the origin within a second and is 499 in the record',
    async (when, path) => {
      const before = stage.origin.requests.length
      const visitor = await stage.visit()
      await visitor.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      const request = await until('the origin has the request', () => stage.origin.requests[before])
      if (path === '/forever') await visitor.answerHead()
      const isOpen = (): boolean => stage.origin.isOpen(request.connection)
      expect(isOpen()).toBe(true)
      visitor.socket.destroy()
      await until(`the origin sees it go ${when}`, () => !isOpen(), 1000)
      const record = await stage.world.accessLine(path, line.askedFor(path))
      expect(line.reason(record)).toBe('client_cancelled')
      expect(line.status(record)).toBe(path === '/never' ? 499 : 200)
    },
  )

  it('a visitor who ends its side before the answer has cancelled', async () => {
    const before = stage.origin.requests.length
    await using visitor = await stage.visit()
    await visitor.send('GET /never?fin HTTP/1.1\r\nHost: a\r\n\r\n')
    const request = await until('the origin has the request', () => stage.origin.requests[before])
    visitor.end()
    await until('the origin sees it go', () => !stage.origin.isOpen(request.connection), 1000)
  })

  it('a thousand visitors who leave at any moment leave nothing behind', async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const visitor = await stage.visit()
          await visitor.send(`GET ${n % 2 === 0 ? '/never' : '/forever'}?many HTTP/1.1\r\nHost: a\r\n\r\n`)
          await pause(n)
          if (n % 3 === 0) visitor.reset()
          else visitor.socket.destroy()
        }),
      )
    }
    const busy = (): number => stage.origin.busy
    await until('the origin is idle', () => busy() === 0, 2000)
    expect((await stage.ask('/fine')).status).toBe(200)
  })
})
