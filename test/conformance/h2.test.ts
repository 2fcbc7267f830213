// Hostile HTTP/2 against the real program: what comes back, what reaches the origin, and that the next visitor is served.
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type Origin, type Received, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { until } from '../support/until.ts'
import { startWorld } from '../support/world.ts'
import { type Expected, type H2Case, readCases } from './h2/cases.ts'
import { type Outcome, play, probe } from './h2/play.ts'

/** The kinds of attack on HTTP/2 messages that made CVEs elsewhere; each must have its cases. */
const ATTACKS = [
  'CONNECT',
  'ambiguous host',
  'body of a GET',
  'coding spelled oddly',
  'expectations',
  'fragment in the target',
  'framing dropped',
  'injection',
  'length against DATA',
  'length spelled oddly',
  'names at the edge',
  'names of JavaScript',
  'nominated fields',
  'spoofed identity',
  'trailers',
  'upgrade too early',
]

const config = (protocol: string, port: number, originPort: number): string => `version: 1
listeners:
  web: { protocol: ${protocol}, bind: 127.0.0.1, port: ${port} }
${protocol === 'https' ? 'certificates: { own: { hosts: [a.test, b.test], self_signed: {} } }' : ''}
routes:
  admin:
    listener: web
    match: { path_prefix: /admin }
    forward: { targets: [{ static: { status: 403, body: no } }] }
  all:
    listener: web
    default: true
    forward: { targets: [{ url: "http://127.0.0.1:${originPort}", preserve_host: true }] }
`

function scriptOrigin(origin: Origin): void {
  origin.on('/refused', turn => turn.answer(403))
  origin.on('/slow', hold)
}

/** An error of the connection ends streams without a word, and its own word may be lost when it is reset. */
function checkOutcome(one: H2Case, { streams, connection }: Outcome): void {
  const mayClose = one.connection.some(word => word.startsWith('goaway'))
  expect(mayClose ? [...one.connection, 'closed'] : one.connection).toContain(connection)
  for (const [id, words] of one.streams) {
    const allowed = connection === 'open' ? words : [...words, 'open']
    expect(allowed, `stream ${id}`).toContain(streams.get(id))
  }
}

function checkReceived(got: Received, expected: Expected): void {
  const lines = got.fields.map(([name, value]) => `${name}: ${value}`)
  const names = got.fields.map(([name]) => name.toLowerCase())
  const lower = (line: string): string => line.replace(/^[^:]+/, name => name.toLowerCase())
  expect(lines.map(lower)).toEqual(expect.arrayContaining([...(expected.has ?? [])].map(lower)))
  expect(names.filter(name => expected.lacks?.includes(name))).toEqual([])
  if (expected.complete !== undefined) expect(got.complete).toBe(expected.complete)
  if (expected.body !== undefined) expect(got.body.toString('latin1')).toBe(expected.body)
  if (expected.trailers !== undefined)
    expect(got.trailers.map(([name, value]) => `${name}: ${value}`)).toEqual(expected.trailers)
}

/** What was cut short may not have got as far as the origin. */
function checkOrigin(received: readonly Received[], expected: readonly Expected[]): void {
  const rest = [...received]
  for (const one of expected) {
    const [got] = rest
    const isIt = got !== undefined && `${got.method} ${got.target}` === one.line
    if (!isIt && (one.maybe === true || one.complete === false)) continue
    expect(got === undefined ? 'nothing' : `${got.method} ${got.target}`).toBe(one.line)
    if (got !== undefined) checkReceived(got, one)
    rest.shift()
  }
  expect(rest.map(got => `${got.method} ${got.target}`)).toEqual([])
}

interface Scene extends AsyncDisposable {
  check(one: H2Case): Promise<void>
}

async function openScene(protocol: 'http' | 'https'): Promise<Scene> {
  const port = await freePort()
  const isTls = protocol === 'https'
  const origin = await startOrigin()
  const world = await startWorld({ config: config(protocol, port, origin.port), ready: [port] })
  scriptOrigin(origin)
  return {
    async check(one) {
      origin.requests.length = 0
      checkOutcome(one, await play(one, port, isTls))
      await until('the origin is done with it', () => origin.busy === 0)
      expect(await probe(port, isTls)).toBe('200')
      const received = origin.requests.filter(got => got.target !== '/probe')
      checkOrigin(received, one.origin)
      expect(world.told('internal/error')).toBe(0)
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await origin[Symbol.asyncDispose]()
    },
  }
}

const files = readdirSync(new URL('h2/', import.meta.url)).filter(name => name.endsWith('.yaml'))
const cases = files.flatMap(file => readCases(file))

describe.each(['http', 'https'] as const)('over %s', protocol => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(protocol)
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => scene.check(one))
})

describe('the data files', () => {
  it('no two cases have the same name', () => {
    expect(new Set(cases.map(one => one.name)).size).toBe(cases.length)
  })

  it('every case names its clause', () => {
    expect(
      cases.filter(one => !/^RFC \d{4} [\dA-Z.]+$|^design$/.test(one.rule)).map(one => one.name),
    ).toEqual([])
  })

  it('every kind of attack has a case', () => {
    const covered = new Set(cases.flatMap(one => one.attack ?? []))
    expect([...covered].sort()).toEqual([...ATTACKS].sort())
  })
})
