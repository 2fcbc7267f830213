// The times that connecting may take: each handshake by itself, and all together.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type ConnectProxy, OPEN, startConnectProxy } from '../support/connect-proxy.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { startUnreachable, type Unreachable } from '../support/unreachable.ts'
import { pause } from '../support/until.ts'

/** A busy machine only adds to a time, so the shortest of some is what the program took. */
const MOST_TRIES = 6
const TOLERANCE = 100

describe('connecting', () => {
  let stage: Stage
  let unreachable: Unreachable
  let mute: Server
  let slow: ConnectProxy
  let silent: ConnectProxy
  beforeAll(async () => {
    unreachable = await startUnreachable()
    mute = createServer(socket => void socket.on('error', () => undefined))
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
    silent = await startConnectProxy(() => ({ answer: undefined, isOpen: false }))
    slow = await startConnectProxy(async () => {
      await pause(250)
      return OPEN
    })
    const port = (mute.address() as { port: number }).port
    const via = (proxy: { readonly port: number }): string =>
      `proxy: { uri: "http://127.0.0.1:${proxy.port}" }`
    const route = (id: string, url: string, peer: string): string =>
      `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [{ url: "${url}", peer: { ${peer} } }] }\n`
    const part = 'connection_timeout: 400ms'
    const whole = 'connection_timeout: 400ms, total_connection_timeout: 500ms'
    const only = 'total_connection_timeout: 300ms'
    const tls = `https://127.0.0.1:${port}`
    stage = await startStage({
      routes: [
        route('tcp', `http://127.0.0.1:${unreachable.port}`, part),
        route('tcp-under-tls', `https://127.0.0.1:${unreachable.port}`, part),
        route('tcp-bound', `http://127.0.0.1:${unreachable.port}`, `${part}, bind_to: 127.0.0.1`),
        route('tls', tls, part),
        route('connect', tls, `${part}, ${via(silent)}`),
        route('tcp-total', `http://127.0.0.1:${unreachable.port}`, only),
        route('tls-total', tls, only),
        route('connect-total', tls, `${only}, ${via(silent)}`),
        route('apart', tls, `${part}, ${via(slow)}`),
        route('together', tls, `${whole}, ${via(slow)}`),
      ].join(''),
    })
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    for (const one of [unreachable, slow, silent]) await one?.[Symbol.asyncDispose]()
    mute?.close()
  })

  it.each<[string, number, string]>([
    ['tcp', 400, 'connection_timeout'],
    ['tcp-under-tls', 400, 'connection_timeout'],
    ['tcp-bound', 400, 'connection_timeout'],
    ['tls', 400, 'connection_timeout'],
    ['connect', 400, 'connection_timeout'],
    ['tcp-total', 300, 'total_connection_timeout'],
    ['tls-total', 300, 'total_connection_timeout'],
    ['connect-total', 300, 'total_connection_timeout'],
    // The proxy takes 250 ms, the handshake behind it would take for ever: each has its own 400.
    ['apart', 650, 'connection_timeout'],
    ['together', 500, 'total_connection_timeout'],
  ])('%s: 504 after %i ms by %s', async (id, limit, key) => {
    const times: number[] = []
    do {
      const start = performance.now()
      const reply = await stage.ask(`/${id}/x`)
      times.push(performance.now() - start)
      expect(reply.status).toBe(504)
    } while (Math.min(...times) > limit + TOLERANCE && times.length < MOST_TRIES)
    expect(Math.min(...times), times.join(' ')).toBeLessThanOrEqual(limit + TOLERANCE)
    // Timers may fire a millisecond early.
    expect(Math.min(...times)).toBeGreaterThan(limit - 5)
    const record = await stage.world.accessLine(id, line.askedFor(`/${id}/x`))
    expect([line.reason(record), line.detail(record)]).toEqual(['connection_timeout', key])
    expect(line.place(record)).toBe(`/routes/${id}/forward/targets/0/peer/${key}`)
  })
})
