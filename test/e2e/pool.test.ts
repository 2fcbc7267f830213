// Connections to an origin: reused, and replaced in silence only where nothing can happen twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

describe('pool', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(originPort => ({
      routes: `
unpooled:
  listener: web
  match: { path_prefix: /unpooled }
  forward: { targets: [{ url: "http://127.0.0.1:${originPort}", peer: { idle_timeout: 0 } }] }
brief:
  listener: web
  match: { path_prefix: /brief }
  forward: { targets: [{ url: "http://127.0.0.1:${originPort}", peer: { idle_timeout: 1s } }] }
`,
    }))
    // Answers well and closes at once, without having said so.
    stage.origin.on('/closes', async turn => {
      await turn.answer(200, [], 'ok')
      turn.socket.end()
    })
    stage.origin.on('/closes-late', async turn => {
      await turn.answer(200, [], 'ok')
      setTimeout(() => turn.socket.destroy(), Math.random() * 3)
    })
    // Kills the connection when the second request on it has come.
    const served = new Set<number>()
    stage.origin.on('/kills', async turn => {
      await turn.body()
      if (served.has(turn.request.connection)) return void turn.socket.resetAndDestroy()
      served.add(turn.request.connection)
      await turn.answer(200, [], 'ok')
    })
    stage.origin.on('/says-close', async turn => {
      await turn.answer(200, [['Connection', 'close']], 'ok')
      turn.socket.end()
    })
    stage.origin.on('/says-brief', turn => turn.answer(200, [['Keep-Alive', 'timeout=1']], 'ok'))
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function row(count: number, request: (n: number) => string): Promise<number[]> {
    const statuses: number[] = []
    let visitor = await stage.visit()
    for (let n = 0; n < count; n++) {
      await visitor.send(request(n))
      statuses.push((await visitor.answer()).status)
      if (statuses.at(-1) !== 200) {
        visitor.socket.destroy()
        visitor = await stage.visit()
      }
    }
    visitor.socket.destroy()
    return statuses
  }
  const failed = (statuses: readonly number[]): number[] => statuses.filter(status => status !== 200)
  const get =
    (path: string) =>
    (n: number): string =>
      `GET ${path}?${n} HTTP/1.1\r\nHost: a\r\n\r\n`
  const post =
    (path: string) =>
    (n: number): string =>
      `POST ${path}?${n} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi`

  it('an origin that closes idle connections at once loses none of a thousand GETs', async () => {
    expect(failed(await row(500, get('/closes')))).toEqual([])
    expect(failed(await row(500, get('/closes-late')))).toEqual([])
  })

  it('nor any of eight visitors at once', async () => {
    const rows = await Promise.all(Array.from({ length: 8 }, () => row(60, get('/closes-late'))))
    expect(failed(rows.flat())).toEqual([])
  })

  it('a GET whose pooled connection dies under it is asked again on a fresh one', async () => {
    expect(failed(await row(20, get('/kills')))).toEqual([])
  })

  it('a POST is never sent twice, whatever happens to its connection', async () => {
    const statuses = [...(await row(40, post('/kills'))), ...(await row(100, post('/closes-late')))]
    expect(statuses).toContain(502)
    const targets = [...stage.origin.at('/kills'), ...stage.origin.at('/closes-late')]
      .filter(request => request.method === 'POST')
      .map(request => `${request.target}`)
    const times = new Map<string, number>()
    for (const target of targets) times.set(target, (times.get(target) ?? 0) + 1)
    expect([...times].filter(([, count]) => count > 1)).toEqual([])
  })

  it('a PUT whose body has already gone by is not sent twice either', async () => {
    const large = 'x'.repeat(3 << 20)
    await row(1, get('/kills'))
    const reply = await stage.ask('/kills?large', { method: 'PUT', body: large })
    expect([200, 502]).toContain(reply.status)
    const complete = stage.origin
      .at('/kills')
      .filter(request => request.target === '/kills?large' && request.complete)
    expect(complete).toHaveLength(1)
  })

  it('an origin that says close is believed', async () => {
    expect(failed(await row(20, get('/says-close')))).toEqual([])
    const connections = stage.origin.at('/says-close').map(request => request.connection)
    expect(new Set(connections).size).toBe(20)
  })

  it('idle_timeout 0 pools nothing', async () => {
    expect(failed(await row(5, get('/unpooled/x')))).toEqual([])
    const connections = stage.origin.at('/unpooled/x').map(request => request.connection)
    expect(new Set(connections).size).toBe(5)
    await until(
      'all are closed',
      () => connections.every(connection => !stage.origin.isOpen(connection)),
      1000,
    )
  })

  it.each(['/brief/x', '/says-brief'])('%s: an idle connection goes after its second', async path => {
    await row(1, get(path))
    const connection = stage.origin.at(path)[0]?.connection ?? 0
    expect(stage.origin.isOpen(connection)).toBe(true)
    await until('it is closed', () => !stage.origin.isOpen(connection), 2500)
  })
})
