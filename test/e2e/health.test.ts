// Targets that fail requests or probes: who is asked instead, what visitors are told, and what a reload keeps.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { fieldValue } from '../support/incoming.ts'
import { hold } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const PASSIVE = 'passive_health: { enabled: true, cooldown: 1h }'

describe('health', () => {
  let stage: Stage
  let closed: number
  const route = (id: string, targets: string, more = ''): string =>
    `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { targets: [${targets}]${more} }\n`
  const play =
    (down: string, extra = '') =>
    (originPort: number) => {
      const here = `url: "http://127.0.0.1:${originPort}"`
      const spare = '{ id: spare, static: { body: spare }, priority_group: 1 }'
      return {
        routes: [
          route('down', down),
          route('spared', `{ id: x, url: "http://127.0.0.1:${closed}", ${PASSIVE} }, ${spare}`),
          route('uncounted', `{ id: x, url: "http://127.0.0.1:${closed}" }, ${spare}`),
          route(
            'statuses',
            `{ id: x, ${here}, passive_health: { enabled: true, max_failures: 2, statuses: [503], cooldown: 1h } }, ${spare}`,
          ),
          route('left', `{ id: x, ${here}, ${PASSIVE} }, ${spare}`),
          route('cut', `{ id: x, ${here}, ${PASSIVE} }, ${spare}`),
          route(
            'short',
            `{ id: x, url: "http://127.0.0.1:${closed}", passive_health: { enabled: true, cooldown: 1s } }`,
          ),
          route(
            'probed',
            `{ id: x, ${here}, health_check: { enabled: true, path: /sick, initial: unhealthy, interval: 30s, timeout: 1s } }`,
          ),
          extra,
        ].join(''),
      }
    }
  const target = (words = '', url = `http://127.0.0.1:${closed}`): string =>
    `{ id: x, url: "${url}", ${PASSIVE}${words} }`
  beforeAll(async () => {
    closed = await freePort()
    stage = await startStage(originPort => play(target())(originPort))
    stage.origin.on('/statuses', turn => turn.answer(503))
    stage.origin.on('/left', hold)
    stage.origin.on('/cut', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      turn.socket.end()
    })
    stage.origin.on('/sick', turn => turn.answer(500))
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const statuses = async (path: string, count: number): Promise<number[]> => {
    const seen: number[] = []
    for (let n = 0; n < count; n++) seen.push((await stage.ask(path)).status)
    return seen
  }
  /** Reloads until the new file is live. */
  const reload = async (down: string, extra = ''): Promise<void> => {
    const before = stage.world.told('config/applied')
    stage.world.rewrite(stage.config(play(down, extra)(stage.origin.port)))
    await until('it is live', () => stage.world.told('config/applied') > before)
  }

  it('a target that refuses costs one request, then another group serves', async () => {
    expect(await statuses('/spared/x', 4)).toEqual([502, 200, 200, 200])
    expect(
      stage.world.events.find(({ event, pool }) => event === 'target/cooling' && pool === 'route:spared'),
    ).toMatchObject({ target: 'x', level: 'warn', reason: 'connection_refused: ECONNREFUSED' })
  })

  it('unless nobody asked for health: then it is tried again and again', async () => {
    expect(await statuses('/uncounted/x', 4)).toEqual([502, 502, 502, 502])
  })

  it('when nothing is left, 503 says when the cool-down is over, and the record why', async () => {
    expect(await statuses('/down/x', 2)).toEqual([502, 503])
    const reply = await stage.ask('/down/why')
    const wait = Number(fieldValue(reply.fields, 'retry-after'))
    expect(wait).toBeGreaterThan(3500)
    expect(wait).toBeLessThanOrEqual(3600)
    expect(reply.body.toString()).toBe('503 Service Unavailable\n')
    const record = await stage.world.accessLine('why', line.askedFor('/down/why'))
    expect(line.reason(record)).toBe('no_target_available')
    expect(line.detail(record)).toContain('no target of route:down is available')
  })

  it('or when the next probe is, and it is never less than a second', async () => {
    const reply = await stage.ask('/probed/x')
    expect(reply.status).toBe(503)
    expect(Number(fieldValue(reply.fields, 'retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(fieldValue(reply.fields, 'retry-after'))).toBeLessThanOrEqual(30)
  })

  it('statuses that count cool a target down after max_failures of them', async () => {
    expect(await statuses('/statuses', 4)).toEqual([503, 503, 200, 200])
  })

  it('a visitor who leaves says nothing about the target', async () => {
    for (let n = 0; n < 3; n++) {
      const before = stage.origin.at('/left').length
      const visitor = await stage.visit()
      await visitor.send('GET /left HTTP/1.1\r\nHost: a\r\n\r\n')
      await until('it is under way', () => stage.origin.at('/left').length > before)
      visitor.reset()
    }
    await until('they are gone', () => stage.origin.busy === 0)
    expect(await statuses('/left/fine', 2)).toEqual([200, 200])
    expect(stage.origin.at('/left/fine')).toHaveLength(2)
  })

  it('nor does a body that breaks off', async () => {
    for (let n = 0; n < 3; n++) await expect(stage.ask('/cut')).rejects.toThrow()
    await stage.ask('/cut/fine')
    expect(stage.origin.at('/cut/fine')).toHaveLength(1)
  })

  it('a cool-down ends by itself', async () => {
    const start = performance.now()
    expect(await statuses('/short/x', 2)).toEqual([502, 503])
    await until('it is tried again', async () => (await stage.ask('/short/x')).status === 502)
    expect(performance.now() - start).toBeGreaterThan(900)
  })

  it('a reload keeps a cool-down while id, url and check mean the same, and forgets it otherwise', async () => {
    expect((await stage.ask('/down/x')).status).toBe(503)
    await reload(target(', weight: 7'), route('other', target()))
    expect((await stage.ask('/down/x')).status).toBe(503)
    await reload(target(', peer: { connection_timeout: 4s }'))
    expect((await stage.ask('/down/x')).status).toBe(503)
    await reload(target('', `http://localhost:${closed}`))
    expect(await statuses('/down/x', 2)).toEqual([502, 503])
    await reload(
      target(', health_check: { enabled: true, path: /new, interval: 1h }', `http://localhost:${closed}`),
    )
    expect(await statuses('/down/x', 2)).toEqual([502, 503])
    await reload(target(', tags: [x]').replace('id: x', 'id: y'))
    expect(await statuses('/down/x', 2)).toEqual([502, 503])
    await reload(target().replace(PASSIVE, 'tags: [y]'))
    expect(await statuses('/down/x', 3)).toEqual([502, 502, 502])
  })
})
