// Sticky cookies through the real program: over HTTP/1.1, HTTP/2, TLS and a WebSocket, through reloads and a restart.
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect } from 'node:http2'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { fieldValue, fieldValues } from '../support/incoming.ts'
import type { Reply } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

const STICKY = 'sticky: { enabled: true }'

function routes(names: readonly string[], originPort: number, socketPort: number, more = ''): string {
  const says = names.map(name => `{ id: ${name}, static: { body: "${name}" } }`).join(', ')
  const twice = (port: number, id: string): string =>
    `[{ id: ${id}-1, url: "http://127.0.0.1:${port}" }, { id: ${id}-2, url: "http://127.0.0.1:${port}" }]`
  return `says:
  listener: web
  match: { path: /says }
  forward: { ${STICKY}, ${more} targets: [${says}] }
likewise:
  listener: web
  match: { path: /likewise }
  forward: { ${STICKY}, targets: [${says}] }
origin:
  listener: web
  match: { path_prefix: /origin }
  forward: { sticky: { enabled: true, cookie: back, ttl: 1h }, targets: ${twice(originPort, 'o')} }
ws:
  listener: web
  match: { path: /ws }
  forward: { sticky: { enabled: true, cookie: socket }, targets: ${twice(socketPort, 'w')} }
`
}

describe('sticky', () => {
  let stage: Stage
  let sockets: WsOrigin
  const play = (names: readonly string[], more = '') => ({
    routes: routes(names, stage?.origin.port ?? 0, sockets.port, more),
  })
  beforeAll(async () => {
    sockets = await startWsOrigin()
    stage = await startStage(port => ({ routes: routes(['a', 'b', 'c'], port, sockets.port) }))
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
  })

  const cookieOf = (reply: Reply): string =>
    (fieldValue(reply.fields, 'set-cookie') ?? '').split(';')[0] ?? ''
  const bodies = async (cookie: string, count = 4): Promise<string> => {
    let text = ''
    for (let n = 0; n < count; n++)
      text += (await stage.ask('/says', { fields: [['Cookie', cookie]] })).body.toString()
    return text
  }
  async function reloaded(names: readonly string[], more = ''): Promise<void> {
    const before = stage.world.told('config/applied')
    stage.world.rewrite(stage.config(play(names, more)))
    await until('the reload', () => stage.world.told('config/applied') > before)
  }

  it('the first answer brings a cookie, the next ones come from the same target and bring none', async () => {
    const first = await stage.ask('/says', {})
    expect(fieldValue(first.fields, 'set-cookie')).toMatch(
      /^p2p_sticky=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(await bodies(cookieOf(first))).toBe(first.body.toString().repeat(4))
    const again = await stage.ask('/says', { fields: [['Cookie', `x=1; ${cookieOf(first)}`]] })
    expect(fieldValues(again.fields, 'set-cookie')).toEqual([])
  })

  it('a visitor of two pools is known to both by one cookie', async () => {
    const first = await stage.ask('/says', {})
    const second = await stage.ask('/likewise', { fields: [['Cookie', cookieOf(first)]] })
    const both: readonly [string, string] = ['Cookie', cookieOf(second)]
    for (const [path, { body }] of [['/says', first] as const, ['/likewise', second] as const])
      for (let n = 0; n < 4; n++) {
        const again = await stage.ask(path, { fields: [both] })
        expect([again.body, fieldValues(again.fields, 'set-cookie')]).toEqual([body, []])
      }
  })

  it('a forged or garbled cookie is ignored, and a good one comes in its place', async () => {
    const first = await stage.ask('/says', {})
    for (const value of [
      'p2p_sticky=a',
      'p2p_sticky=',
      `${cookieOf(first).slice(0, -3)}AAA`,
      'p2p_sticky="',
    ]) {
      const reply = await stage.ask('/says', { fields: [['Cookie', value]] })
      expect(reply.status).toBe(200)
      expect(cookieOf(reply)).toMatch(/^p2p_sticky=[\w-]{11}\.[\w-]{22}$/)
    }
  })

  it('the origin sees every cookie but ours, on any route', async () => {
    const seen = async (path: string, ...cookies: string[]): Promise<string[]> => {
      await stage.ask(path, { fields: cookies.map(value => ['Cookie', value] as const) })
      return fieldValues(stage.origin.requests.at(-1)?.fields ?? [], 'cookie')
    }
    const reply = await stage.ask('/origin/x', {})
    expect(fieldValue(reply.fields, 'set-cookie')).toMatch(/^back=.*; Max-Age=3600;/)
    expect(await seen('/origin/x', `a=1; ${cookieOf(reply)}; b=2`)).toEqual(['a=1; b=2'])
    expect(await seen('/origin/x', cookieOf(reply))).toEqual([])
    expect(await seen('/elsewhere', 'p2p_sticky=x; a="p2p_sticky=y"; back=z', 'c=3')).toEqual([
      'a="p2p_sticky=y"',
      'c=3',
    ])
  })

  it('over HTTP/2 the cookie may come in crumbs', async () => {
    const first = await stage.ask('/says', {})
    const session = connect(`http://127.0.0.1:${stage.port}`)
    const stream = session.request({ ':path': '/says', cookie: ['x=1', cookieOf(first), 'y=2'] })
    const [headers] = (await once(stream, 'response')) as [Record<string, string>]
    expect(headers['set-cookie']).toBeUndefined()
    let body = ''
    for await (const piece of stream) body += piece
    expect(body).toBe(first.body.toString())
    const other = session.request({ ':path': '/says' })
    const [fresh] = (await once(other, 'response')) as [Record<string, readonly string[]>]
    expect(fresh['set-cookie']?.[0]).toMatch(/^p2p_sticky=/)
    other.resume()
    session.close()
    await once(session, 'close')
  })

  it('a WebSocket gets its cookie with the 101', async () => {
    const open = async (cookie: string | undefined): Promise<readonly string[]> => {
      const socket = new WebSocket(
        `ws://127.0.0.1:${stage.port}/ws`,
        cookie === undefined ? {} : { headers: { cookie } },
      )
      const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')])
      socket.terminate()
      return response.headers['set-cookie'] ?? []
    }
    const [given = ''] = await open(undefined)
    expect(given).toMatch(/^socket=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await open(given.split(';')[0])).toEqual([])
    expect(sockets.handshakes.at(-1)?.headers.cookie).toBeUndefined()
  })

  it('visitors stay through a reload, and leave a target that is gone or has weight 0', async () => {
    const first = await stage.ask('/says', {})
    const cookie = cookieOf(first)
    const mine = first.body.toString()
    await reloaded(['c', 'd', 'b', 'a'], 'load_balancing: random,')
    expect(await bodies(cookie)).toBe(mine.repeat(4))
    await reloaded(['a', 'b', 'c', 'd'].filter(name => name !== mine))
    const moved = await stage.ask('/says', { fields: [['Cookie', cookie]] })
    expect(moved.body.toString()).not.toBe(mine)
    expect(await bodies(cookieOf(moved))).toBe(moved.body.toString().repeat(4))
    await reloaded(['a', 'b', 'c'])
    expect(await bodies(cookie)).toBe(mine.repeat(4))
  })

  it('visitors stay through a restart, and the secret is ours alone', async () => {
    const first = await stage.ask('/says', {})
    const state = join(stage.world.dir, 'state')
    expect(statSync(join(state, 'sticky.key')).mode & 0o777).toBe(0o600)
    await using other = await startStage(port => ({ routes: routes(['c', 'b', 'a'], port, sockets.port) }), {
      env: { STATE_DIRECTORY: state },
    })
    const reply = await other.ask('/says', { fields: [['Cookie', cookieOf(first)]] })
    expect(reply.body.toString()).toBe(first.body.toString())
    expect(fieldValues(reply.fields, 'set-cookie')).toEqual([])
  })

  it('over TLS the cookie is secure', async () => {
    await using secure = await startStage(port => ({
      isSecure: true,
      routes: routes(['a', 'b'], port, sockets.port),
    }))
    const reply = await secure.ask('/says', {})
    expect(fieldValue(reply.fields, 'set-cookie')).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
  })
})
