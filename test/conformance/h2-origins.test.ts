// Hostile origins of HTTP/2 against the real program: the visitor gets what was meant or sees that it didn't, and the next is served.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type H2Origin, startH2Origin } from '../support/h2/origin.ts'
import { Cut } from '../support/incoming.ts'
import { freePort } from '../support/ports.ts'
import { type Reply, statusOf, visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { type OriginCase, readCases } from './h2-origins/cases.ts'

const config = (port: number, originPort: number): string => `version: 1
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
routes:
  all:
    listener: web
    default: true
    forward:
      targets:
        - url: "http://127.0.0.1:${originPort}"
          response_header_timeout: 3s
          peer: { alpn: h2c, read_timeout: 3s, connection_timeout: 3s }
`

const cases = readCases('responses.yaml')

describe('an origin of HTTP/2 that answers', () => {
  let world: World
  let origin: H2Origin
  let port: number
  beforeAll(async () => {
    port = await freePort()
    origin = await startH2Origin()
    world = await startWorld({ config: config(port, origin.port), ready: [port] })
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    await origin[Symbol.asyncDispose]()
  })

  async function ask(path: string, method = 'GET'): Promise<{ outcome: string; reply: Reply | undefined }> {
    await using visitor = await visit({ port })
    const length = method === 'POST' ? 'Content-Length: 5\r\n' : ''
    await visitor.send(
      `${method} ${path} HTTP/1.1\r\nHost: a.test\r\n${length}\r\n${length === '' ? '' : 'abc'}`,
    )
    try {
      const reply = await visitor.answer(method)
      // Whatever comes behind a response would be taken for the next one.
      await visitor
        .send('GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
        .catch(() => undefined)
      const next = method === 'POST' ? undefined : await visitor.answer().catch(() => undefined)
      expect(next === undefined || next.status === 200).toBe(true)
      return { outcome: String(reply.status), reply }
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      return {
        outcome: error.head === undefined ? 'nothing' : `${statusOf(error.head)} cut`,
        reply: undefined,
      }
    }
  }

  function check(one: OriginCase, reply: Reply | undefined): void {
    if (reply === undefined || reply.status === 502) return
    const lines = reply.fields.map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    expect(lines).toEqual(expect.arrayContaining([...(one.has ?? [])]))
    const names = reply.fields.map(([name]) => name.toLowerCase())
    expect(names.filter(name => one.lacks?.includes(name))).toEqual([])
    if (one.body !== undefined) expect(reply.body.toString('latin1')).toBe(one.body)
    if (one.trailers !== undefined)
      expect(reply.trailers.map(([name, value]) => `${name}: ${value}`)).toEqual(one.trailers)
  }

  it.each(cases.map(one => [one.case, one] as const))('%s', async (_, one) => {
    origin.requests.length = 0
    origin.on('/case', ({ stream, send }) => {
      for (const step of one.steps(stream)) if ('bytes' in step) send(step.bytes)
    })
    const { outcome, reply } = await ask('/case', one.method)
    expect(one.visitor).toContain(outcome)
    check(one, reply)
    expect(origin.requests.filter(({ path }) => path === '/case').length).toBeLessThanOrEqual(one.asked ?? 1)
    expect((await ask('/probe')).outcome).toBe('200')
    expect(world.told('internal/error')).toBe(0)
  })

  it('leaves no connection behind', async () => {
    await until('two connections at the most are left', () => origin.open <= 2)
  })

  it('no two cases have the same name, and every case its clause', () => {
    expect(new Set(cases.map(one => one.case)).size).toBe(cases.length)
    expect(cases.filter(one => !/^RFC \d{4} [\dA-Z.]+$|^design$/.test(one.rule))).toEqual([])
  })
})
