// Retries: what is sent again, what never is, and what the visitor sees of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import * as line from '../support/access-line.ts'
import { visitH2 } from '../support/h2/visitor.ts'
import { fieldValue } from '../support/incoming.ts'
import { hold, type Origin, type Received, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, type Reply, visit } from '../support/raw.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const EVERYTHING = 'on: [connect, reset, timeout, "status:503"]'

/** Every request goes to the first target first: the second stands in a group behind it. */
const pool = (first: number, second: number, retry: string, more = ''): string =>
  `{ retry: { ${retry} }, targets: [{ id: first, url: "http://127.0.0.1:${first}", response_header_timeout: 1s${more} }, { id: second, url: "http://127.0.0.1:${second}", priority_group: 1${more} }] }`

describe('retries', () => {
  let world: World
  let bad: Origin
  let good: Origin
  let ws: WsOrigin
  let port = 0

  beforeAll(async () => {
    bad = await startOrigin()
    good = await startOrigin()
    ws = await startWsOrigin()
    port = await freePort()
    const dead = await freePort()
    const route = (id: string, to: string): string =>
      `  ${id}:\n    listener: web\n    match: { path_prefix: /${id} }\n    rewrite: { strip_prefix: /${id} }\n    forward: ${to}\n`
    const config = `version: 1
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
upstreams:
  plain: ${pool(bad.port, good.port, '')}
routes:
${route('dead', pool(dead, good.port, 'attempts: 2'))}
${route('off', pool(dead, good.port, ''))}
${route('connect', pool(bad.port, good.port, 'attempts: 2'))}
${route('all', pool(bad.port, good.port, `attempts: 2, ${EVERYTHING}`))}
${route('small', pool(bad.port, good.port, `attempts: 2, ${EVERYTHING}, body_buffer: 10`))}
${route('posts', pool(bad.port, good.port, `attempts: 2, ${EVERYTHING}, methods: [POST]`))}
${route('same', pool(bad.port, bad.port, `attempts: 5, ${EVERYTHING}, backoff: 0`))}
${route('slow', pool(dead, good.port, 'attempts: 2, backoff: 10s'))}
${route('ws', pool(dead, ws.port, 'attempts: 2'))}
${route('full', pool(bad.port, good.port, 'attempts: 2', ', peer: { max_connections: 1, connection_timeout: 100ms }'))}
${route('over', '{ upstream: plain, retry: { attempts: 2, on: [reset] } }')}
${route('sorry', `{ retry: { attempts: 2 }, targets: [{ url: "http://127.0.0.1:${dead}" }, { priority_group: 1, static: { status: 200, body: sorry } }] }`)}
`
    world = await startWorld({ config, ready: [port] })
    bad.on('/reset', async turn => {
      await turn.body()
      turn.socket.resetAndDestroy()
    })
    bad.on('/half-a-head', async turn => {
      await turn.body()
      await turn.write('HTTP/1.1 200 OK\r\nContent-Le')
      turn.socket.end()
    })
    bad.on('/half-a-body', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await pause(50)
      turn.socket.destroy()
    })
    bad.on('/garbage', turn => turn.write('220 mail.example ESMTP\r\n'))
    bad.on('/holds', hold)
    bad.on('/hints', async turn => {
      await turn.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n')
      await pause(50)
      turn.socket.resetAndDestroy()
    })
    bad.on('/503', async turn => {
      await turn.body()
      await turn.answer(503, [['X-Count', String(bad.at('/503').length)]], 'busy')
    })
    bad.on('/503-large', async turn => {
      await turn.write('HTTP/1.1 503 Busy\r\nContent-Length: 100000000\r\n\r\nhello')
      await hold(turn)
    })
    bad.on('/503-at-once', turn => turn.answer(503, [], 'busy'))
    bad.on('/500', turn => turn.answer(500, [], 'broken'))
  })
  beforeEach(() => {
    bad.requests.length = 0
    good.requests.length = 0
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    for (const origin of [bad, good, ws]) await origin[Symbol.asyncDispose]()
  })

  const get = (path: string): Promise<Reply> => ask(path, { port })
  const send = (method: string, path: string, body: string): Promise<Reply> =>
    ask(path, { port, method, body })
  const counts = (path: string): [number, number] => [bad.at(path).length, good.at(path).length]
  const lengthOf = (reply: Reply): number => (JSON.parse(reply.body.toString()) as Received['body']).length
  const record = (path: string) => world.accessLine(path, line.askedFor(path))

  it('are off unless the pool asks', async () => {
    expect((await get('/off/echo')).status).toBe(502)
    expect(counts('/echo')).toEqual([0, 0])
  })

  it.each(['GET', 'POST', 'PATCH'])(
    '%s goes on where no connection was made, with its body',
    async method => {
      const reply = await send(method, `/dead/echo?${method}`, 'hello')
      expect([reply.status, lengthOf(reply)]).toEqual([200, 5])
    },
  )

  it('are told in the record: how many attempts, and the last target', async () => {
    await get('/dead/told')
    const told = await record('/dead/told')
    expect([told['p2pstream.attempts'], line.target(told), line.reason(told)]).toEqual([
      2,
      'second',
      undefined,
    ])
    await get('/connect/reset')
    const single = await record('/connect/reset')
    expect([single['p2pstream.attempts'], line.target(single)]).toEqual([1, 'first'])
    expect(line.reason(single)).toBe('connection_terminated')
  })

  it.each(['/reset', '/half-a-head', '/garbage', '/holds', '/503', '/503-large'])(
    'a GET goes on from %s where it is asked for',
    async path => {
      const reply = await get(`/all${path}`)
      expect(reply.status).toBe(200)
      expect(counts(path)).toEqual([1, 1])
      expect((await record(`/all${path}`))['p2pstream.attempts']).toBe(2)
    },
  )

  it.each(['/reset', '/half-a-head', '/holds', '/503'])('and not from %s where it is not', async path => {
    const reply = await get(`/connect${path}`)
    expect(reply.status).toBe(path === '/holds' ? 504 : path === '/503' ? 503 : 502)
    expect(counts(path)).toEqual([1, 0])
  })

  it.each(['/reset', '/half-a-head', '/garbage', '/holds', '/503'])(
    'a POST never goes on from %s: it might have been acted on',
    async path => {
      expect((await send('POST', `/all${path}`, 'order')).status).toBeGreaterThanOrEqual(502)
      expect(counts(path)).toEqual([1, 0])
    },
  )

  it('unless methods name it', async () => {
    const reply = await send('POST', '/posts/reset', 'order')
    expect([reply.status, lengthOf(reply)]).toEqual([200, 5])
    expect((await get('/posts/reset')).status).toBe(502)
  })

  it('a PUT takes its body along, chunks and trailers too', async () => {
    const body = 'x'.repeat(60_000)
    expect(lengthOf(await send('PUT', '/all/reset', body))).toBe(60_000)
    good.requests.length = 0
    await using visitor = await visit({ port })
    await visitor.send(
      'PUT /all/reset HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
    )
    expect((await visitor.answer()).status).toBe(200)
    expect(good.at('/reset')[0]?.body.toString()).toBe('hello')
    expect(good.at('/reset')[0]?.trailers).toEqual([['X-Sum', '1']])
  })

  it('a body past body_buffer is sent once', async () => {
    expect((await send('PUT', '/small/reset', '0123456789')).status).toBe(200)
    expect((await send('PUT', '/small/reset', '0123456789a')).status).toBe(502)
    expect((await get('/small/reset')).status).toBe(200)
    expect(counts('/reset')).toEqual([3, 2])
  })

  it('once the response has begun it is the visitor’s, whatever becomes of it', async () => {
    await expect(get('/all/half-a-body')).rejects.toThrow()
    expect(counts('/half-a-body')).toEqual([1, 0])
  })

  it('deliver the last response when attempts are spent, and keep its connection meanwhile', async () => {
    const reply = await get('/same/503')
    expect([reply.status, reply.body.toString()]).toEqual([503, 'busy'])
    expect(fieldValue(reply.fields, 'x-count')).toBe('5')
    expect(bad.at('/503')).toHaveLength(5)
    expect(new Set(bad.at('/503').map(request => request.connection)).size).toBeLessThan(5)
  })

  it('leave other statuses alone', async () => {
    expect((await get('/all/500')).status).toBe(500)
    expect(counts('/500')).toEqual([1, 0])
  })

  it('say 100 once, and send the body to whoever takes it', async () => {
    await using visitor = await visit({ port })
    await visitor.send(
      'PUT /all/503-at-once HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    )
    expect((await visitor.answerHead()).start).toContain(' 100 ')
    await visitor.send('hello')
    const reply = await visitor.answer()
    expect([reply.status, reply.interim, lengthOf(reply)]).toEqual([200, [], 5])
  })

  it('come after an interim response too', async () => {
    const reply = await get('/all/hints')
    expect([reply.status, reply.interim]).toEqual([200, [103]])
  })

  it('serve visitors of HTTP/2', async () => {
    await using h2 = await visitH2(port, 'http')
    const replies = await Promise.all([
      h2.ask('/all/reset'),
      h2.ask('/dead/echo', { method: 'POST', body: 'hello' }),
      h2.ask('/all/reset', { method: 'POST', body: 'hello' }),
      h2.ask('/all/503'),
    ])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 502, 200])
    expect(JSON.parse(replies[1]?.body.toString() ?? '')).toMatchObject({ length: 5 })
  })

  it('let a WebSocket connect elsewhere', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.terminate()
  })

  it('are not made for a visitor that has left', async () => {
    const visitor = await visit({ port })
    await visitor.send('GET /slow/echo HTTP/1.1\r\nHost: a\r\n\r\n')
    await pause(200)
    visitor.socket.destroy()
    const left = await record('/slow/echo')
    expect([line.status(left), left['p2pstream.attempts']]).toEqual([499, 1])
    expect(counts('/echo')).toEqual([0, 0])
  })

  it('go on from a target whose connections are all in use', async () => {
    const visitor = await visit({ port })
    await visitor.send('POST /full/holds HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
    await until('it is in use', () => bad.at('/holds').length === 1)
    expect((await send('POST', '/full/echo', 'hello')).status).toBe(200)
    expect(counts('/echo')).toEqual([0, 1])
    visitor.socket.destroy()
  })

  it('may be a route’s own', async () => {
    expect((await get('/over/reset')).status).toBe(200)
    expect((await get('/over/503')).status).toBe(503)
  })

  it('end at a static target where nobody else is left', async () => {
    const reply = await get('/sorry')
    expect([reply.status, reply.body.toString()]).toEqual([200, 'sorry'])
  })
})
