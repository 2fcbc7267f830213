// http_upstream_request_policy, held to what an origin reads: the built program between a visitor and origins made of bytes.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import * as line from '../support/access-line.ts'
import { type H2Origin, startH2Origin } from '../support/h2/node-origin.ts'
import { visitH2 } from '../support/h2/visitor.ts'
import { type Field, fieldValues } from '../support/incoming.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

interface PolicyCase {
  readonly name: string
  readonly policy?: unknown
  readonly target?: string
  readonly to?: 'h2c'
  readonly differs?: string
  readonly ask: string
  readonly body?: string
  readonly gets?: readonly string[]
  readonly got?: string
  readonly answer?: string
  readonly status?: number
  readonly relays?: boolean
}

const { cases } = parse(readFileSync(new URL('./request-policy/cases.yaml', import.meta.url), 'utf8')) as {
  readonly cases: readonly PolicyCase[]
}

/** Written anew for every request, whatever it says. */
const OURS = /^(?:host|x-real-ip|x-request-id|x-forwarded-(?:for|host|proto|port)|:\w+):? /i

const hostOf = (index: number): string => `c${index}.test`

function routeOf({ policy, target = '', to }: PolicyCase, index: number, port: number): string {
  const peer = { ...(policy === undefined ? {} : { http_upstream_request_policy: policy }) }
  const alpn = to === undefined ? {} : { alpn: to }
  return `c${index}:
  listener: web
  match: { host: ${hostOf(index)} }
  forward:
    targets:
      - url: http://127.0.0.1:${port}
        peer: ${stringify({ ...peer, ...alpn }, { collectionStyle: 'flow', lineWidth: 0 }).trim()}
        ${target}`
}

/** The head as bytes, with its Host behind the request line. */
function headOf({ ask }: PolicyCase, index: number): string {
  const [first = '', ...lines] = ask.trimEnd().split('\n')
  const start = first.includes('HTTP/') ? first : `${first} HTTP/1.1`
  return `${[start, `Host: ${hostOf(index)}`, ...lines].join('\r\n')}\r\n\r\n`
}

const lineOf = ([name, value]: Field): string => `${name}: ${value}`

describe('http_upstream_request_policy', () => {
  let stage: Stage
  let http2: H2Origin
  beforeAll(async () => {
    http2 = await startH2Origin()
    const deadPort = await freePort()
    stage = await startStage(port => ({
      routes: `${cases.map((one, index) => routeOf(one, index, one.to === undefined ? port : http2.port)).join('\n')}
static:
  listener: web
  match: { host: static.test }
  forward: { targets: [{ static: {} }] }
again:
  listener: web
  match: { host: again.test }
  forward:
    retry: { attempts: 2, on: [connect] }
    targets:
      - { url: "http://127.0.0.1:${deadPort}", peer: { http_upstream_request_policy: preserve } }
      - { url: "http://127.0.0.1:${port}", priority_group: 1, peer: { http_upstream_request_policy: deny_upgrades } }`,
    }))
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await http2?.[Symbol.asyncDispose]()
  })

  /** Requests and connections that any origin has seen. */
  const seen = (): readonly number[] => [
    stage.origin.requests.length,
    stage.origin.connections,
    http2.turns.length,
    http2.sessions,
  ]

  async function play(one: PolicyCase, index: number): Promise<void> {
    const { origin } = stage
    const before = seen()
    const path = /^\S+ (\S+)/.exec(one.ask)?.[1] ?? '/'
    origin.on(path, async turn => {
      await turn.body()
      const [status = '200 OK', ...fields] = (one.answer ?? '200 OK\nContent-Length: 0').split('\n')
      await turn.write(`HTTP/1.1 ${[status, ...fields].join('\r\n')}\r\n\r\n`)
      if (one.answer === undefined) return
      await turn.write(await turn.incoming.exactly(4))
    })
    await using visitor = await stage.visit()
    await visitor.send(headOf(one, index) + (one.body ?? ''))
    const reply = await visitor.answer()
    expect(reply.status).toBe(one.status ?? 200)
    if (one.gets === undefined) {
      expect(seen()).toEqual(
        one.to === 'h2c' && one.status === 502 ? [...before.slice(0, 3), expect.any(Number)] : before,
      )
      return
    }
    const lines =
      one.to === undefined
        ? (origin.requests.at(-1)?.head.text.split('\r\n').slice(1) ?? [])
        : (http2.turns.at(-1)?.fields.map(lineOf) ?? [])
    expect(lines.filter(line => !OURS.test(line))).toEqual(one.gets)
    if (one.to === undefined) expect(origin.requests.at(-1)?.version).toBe('HTTP/1.1')
    if (one.got !== undefined) expect(origin.requests.at(-1)?.body.toString('latin1')).toBe(one.got)
    if (one.relays !== true) return
    await visitor.send('ping')
    expect((await visitor.incoming.exactly(4)).toString()).toBe('ping')
  }

  it.each(cases.map((one, index) => [one.name, one, index] as const))('%s', (_, one, index) =>
    play(one, index),
  )

  it('no two cases have the same name', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  it('looks at nominations only where something goes on', async () => {
    const how = { host: 'static.test', fields: [['Connection', 'Host, @, :path']] as const }
    expect((await stage.ask('/', how)).status).toBe(200)
  })

  it('a request that goes on to another target is held to the policy of that one', async () => {
    const host = 'again.test'
    stage.origin.on('/again', turn => turn.answer(200))
    const before = stage.origin.requests.length
    const refused = await stage.ask('/again', { host, fields: [['Connection', 'Cookie']] })
    expect([refused.status, stage.origin.requests.length]).toEqual([400, before])
    const fields: Field[] = [
      ['Upgrade', 'tcp'],
      ['Connection', 'Upgrade'],
    ]
    expect((await stage.ask('/again', { host, fields })).status).toBe(200)
    expect(fieldValues(stage.origin.at('/again').at(-1)?.fields ?? [], 'upgrade')).toEqual([])
  })

  const indexOf = (name: string): number => cases.findIndex(one => one.name === name)

  it('a connection whose visitor said close is not used again where that word goes on', async () => {
    const index = indexOf('preserve passes upgrade and nominated fields')
    const numbers: (number | undefined)[] = []
    stage.origin.on('/last', turn => turn.answer(200))
    for (const host of [hostOf(index), hostOf(index), hostOf(0), hostOf(0)]) {
      await stage.ask('/last', { host })
      numbers.push(stage.origin.at('/last').at(-1)?.connection)
    }
    const [first, second, third, fourth] = numbers
    expect(second).not.toBe(first)
    expect(fourth).toBe(third)
  })

  it('a 101 before the request is through is 502', async () => {
    const index = indexOf('preserve passes upgrade and nominated fields')
    stage.origin.on('/early', async turn => {
      await turn.write('HTTP/1.1 101 Too Soon\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
      await turn.incoming.rest().catch(() => undefined)
    })
    await using visitor = await stage.visit()
    const fields = 'Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 5\r\n'
    await visitor.send(`POST /early HTTP/1.1\r\nHost: ${hostOf(index)}\r\n${fields}\r\nab`)
    expect((await visitor.answer('POST')).status).toBe(502)
  })

  it('a WebSocket over HTTP/2 is 501 where nobody may change the protocol', async () => {
    const host = hostOf(indexOf('tunnels nothing behind an unasked 101'))
    await using visitor = await visitH2(stage.port, 'http')
    await until('WebSockets are offered', () => visitor.session.remoteSettings.enableConnectProtocol === true)
    const before = seen()
    const reply = await visitor.ask('/', {
      method: 'CONNECT',
      fields: [['sec-websocket-version', '13']],
      pseudo: { ':protocol': 'websocket', ':authority': host },
    })
    expect(reply.status).toBe(501)
    expect(seen()).toEqual(before)
  })

  it('a refusal names the place of the policy', async () => {
    const index = indexOf('protects what the list says, in place of the default')
    await stage.ask('/refused', { host: hostOf(index), fields: [['Connection', 'X-Other']] })
    const record = await stage.world.accessLine('/refused', line.askedFor('/refused'))
    expect(line.reason(record)).toBe('bad_request')
    expect(line.place(record)).toBe(`/routes/c${index}/forward/targets/0/peer/http_upstream_request_policy`)
  })

  it('an edit holds for the next request, on the same connection', async () => {
    stage.origin.on('/edited', turn => turn.answer(200))
    const fields: Field[] = [['Keep-Alive', 'timeout=5']]
    const told = async (): Promise<string> => {
      await stage.ask('/edited', { host: 'other.test', fields })
      const last = stage.origin.at('/edited').at(-1)
      return `${fieldValues(last?.fields ?? [], 'keep-alive').length} on ${last?.connection}`
    }
    const before = await told()
    const applied = stage.world.told('config/applied')
    stage.world.rewrite(stage.config({ target: 'peer: { http_upstream_request_policy: preserve }' }))
    await until('the edit is live', () => stage.world.told('config/applied') > applied)
    expect([before, await told()]).toEqual([before, before.replace('0 on', '1 on')])
  })
})
