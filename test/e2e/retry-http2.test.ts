// Retries towards origins of HTTP/2, for visitors of both versions.
import { constants } from 'node:http2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type H2Origin, type StreamScript, startH2Origin } from '../support/h2/node-origin.ts'
import { type H2Asked, visitH2 } from '../support/h2/visitor.ts'
import { freePort } from '../support/ports.ts'
import { ask } from '../support/raw.ts'
import { startWorld, type World } from '../support/world.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants

describe('retries towards origins of HTTP/2', () => {
  let world: World
  let bad: H2Origin
  let good: H2Origin
  let port = 0
  const arrived: string[] = []

  beforeAll(async () => {
    bad = await startH2Origin()
    good = await startH2Origin()
    port = await freePort()
    const dead = await freePort()
    const pool = (first: number, on: string): string =>
      `{ retry: { attempts: 2, on: [${on}] }, peer: { alpn: h2c }, targets: [{ url: "http://127.0.0.1:${first}", response_header_timeout: 1s }, { url: "http://127.0.0.1:${good.port}", priority_group: 1 }] }`
    const route = (id: string, to: string): string =>
      `  ${id}: { listener: web, match: { path_prefix: /${id} }, rewrite: { strip_prefix: /${id} }, forward: ${to} }\n`
    world = await startWorld({
      config: `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes:
${route('dead', pool(dead, 'connect'))}${route('connect', pool(bad.port, 'connect'))}${route('all', pool(bad.port, 'connect, reset, timeout, "status:503"'))}`,
      ready: [port],
    })
    const script = (path: string, does: StreamScript): void =>
      bad.on(path, async turn => {
        arrived.push(`${turn.method} ${path}`)
        await does(turn)
      })
    script('/reset', ({ stream }) => stream.close(NGHTTP2_INTERNAL_ERROR))
    script('/cancel', async ({ stream, body }) => {
      await body()
      stream.close(NGHTTP2_CANCEL)
    })
    script('/refuses', ({ stream }) => stream.close(NGHTTP2_REFUSED_STREAM))
    script('/dies', ({ session }) => session.destroy())
    script('/holds', () => undefined)
    script('/503', ({ stream }) => {
      stream.respond({ ':status': 503 })
      stream.end('busy')
    })
    script('/trailers-only', ({ stream }) =>
      stream.respond({ ':status': 503, 'grpc-status': '14' }, { endStream: true }),
    )
  })
  beforeEach(() => void arrived.splice(0))
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    for (const origin of [bad, good]) await origin[Symbol.asyncDispose]()
  })

  type Got = { readonly status: number; readonly length: number }
  const visitors: Readonly<Record<string, (path: string, how: H2Asked) => Promise<Got>>> = {
    async 'HTTP/1.1'(path, { method = 'GET', body }) {
      const reply = await ask(path, { port, method, ...(body === undefined ? {} : { body }) })
      return { status: reply.status, length: lengthOf(reply.body) }
    },
    async 'HTTP/2'(path, how) {
      await using visitor = await visitH2(port, 'http')
      const reply = await visitor.ask(path, how)
      return { status: reply.status, length: lengthOf(reply.body) }
    },
  }
  /** Of the request's body, as the origin that echoes it says. */
  function lengthOf(body: Buffer): number {
    try {
      return (JSON.parse(body.toString()) as { length: number }).length
    } catch {
      return -1
    }
  }

  describe.each(Object.keys(visitors))('for a visitor of %s', version => {
    const get = (path: string): Promise<Got> => visitors[version]?.(path, {}) ?? Promise.reject()
    const send = (method: string, path: string, body = 'hello'): Promise<Got> =>
      visitors[version]?.(path, { method, body }) ?? Promise.reject()

    it.each(['/reset', '/cancel', '/dies', '/holds', '/503', '/trailers-only'])(
      'a GET and a PUT go on from %s, a POST does not',
      async path => {
        expect(await get(`/all${path}`)).toEqual({ status: 200, length: 0 })
        expect(await send('PUT', `/all${path}`)).toEqual({ status: 200, length: 5 })
        expect((await send('POST', `/all${path}`)).status).toBeGreaterThanOrEqual(502)
        expect(arrived.filter(word => word === `POST ${path}`)).toHaveLength(1)
      },
    )

    it('and not where nobody asked', async () => {
      expect((await get('/connect/reset')).status).toBe(502)
      expect((await get('/connect/503')).status).toBe(503)
    })

    it('a POST goes on where no connection was made, and where the origin says that it did nothing', async () => {
      expect(await send('POST', '/dead/echo')).toEqual({ status: 200, length: 5 })
      expect(await send('POST', '/connect/refuses')).toEqual({ status: 200, length: 5 })
      expect(await send('PATCH', '/all/refuses', 'x'.repeat(50_000))).toEqual({ status: 200, length: 50_000 })
    })
  })
})
