// The header on real sockets: taken off wherever it is cut, and what follows reaches the next reader whole.
import { once } from 'node:events'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { type ArrivalRules, type Arrived, awaitHeader } from '../../../src/net/proxy-arrival.ts'
import { startWheel, TICK } from '../../../src/net/wheel.ts'
import { handClock } from '../../support/clock.ts'
import { block, line } from '../../support/proxy-header.ts'

const RULES: ArrivalRules = { isRequired: true, timeout: 10_000 }
const HEADERS = [line('TCP4 192.0.2.7 198.51.100.1 4711 443'), block()]
const SOURCE = { address: '192.0.2.7', port: 4711 }

let server: Server
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true, highWaterMark: 1 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

/** Both ends of a connection. */
async function pair(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const address = server.address()
  const far = dial({
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    host: '127.0.0.1',
    noDelay: true,
  })
  const [near] = (await once(server, 'connection')) as [Socket]
  return { near, far }
}

interface Scene {
  readonly far: Socket
  readonly near: Socket
  readonly how: Promise<Arrived>
  /** What the next reader got, once the far end has sent all. */
  readonly rest: Promise<string>
  wind(ms: number): void
}

async function scene(rules: ArrivalRules = RULES): Promise<Scene> {
  const { near, far } = await pair()
  const clock = handClock()
  const arrived = Promise.withResolvers<Arrived>()
  const rest = Promise.withResolvers<string>()
  awaitHeader(near, rules, startWheel(clock), how => {
    let text = ''
    near.on('data', bytes => {
      text += bytes.toString('latin1')
    })
    near.on('end', () => rest.resolve(text))
    arrived.resolve(how)
  })
  far.on('error', () => undefined)
  return { far, near, how: arrived.promise, rest: rest.promise, wind: ms => clock.wind(ms) }
}

async function sendIn(far: Socket, pieces: readonly (Uint8Array | string)[]): Promise<void> {
  for (const piece of pieces) {
    far.write(piece)
    await nextTurn()
    await nextTurn()
  }
  far.end()
}

describe('a header that is awaited', () => {
  it.each(HEADERS)('is taken off in one piece with what follows, %#', async header => {
    const { far, near, how, rest } = await scene()
    await sendIn(far, [Buffer.concat([header, Buffer.from('GET /')]), ' HTTP', '/1.1'])
    expect(await how).toEqual({ kind: 'here', source: SOURCE })
    expect(await rest).toBe('GET / HTTP/1.1')
    near.destroy()
  })

  it.each(HEADERS)('is taken off byte by byte, %#', async header => {
    const { far, near, how, rest } = await scene()
    await sendIn(far, [...[...header].map(byte => Uint8Array.of(byte)), 'G', 'ET'])
    expect(await how).toEqual({ kind: 'here', source: SOURCE })
    expect(await rest).toBe('GET')
    near.destroy()
  })

  it.each(['PUT / HTTP/1.1', 'GET', '\x16\x03\x01\x02'])(
    "that isn't one is no loss where none is required: %j",
    async text => {
      const { far, near, how, rest } = await scene({ ...RULES, isRequired: false })
      await sendIn(far, [text.slice(0, 1), text.slice(1)])
      expect(await how).toEqual({ kind: 'here', source: undefined })
      expect(await rest).toBe(text)
      near.destroy()
    },
  )

  it.each([
    ['GET / HTTP/1.1\r\n', 'no header'],
    ['PROXY TCP9\r\n', 'a family other than TCP4, TCP6 and UNKNOWN'],
  ])('is refused when it is %j', async (text, why) => {
    const { far, near, how } = await scene()
    far.write(text)
    expect(await how).toEqual({ kind: 'refused', why })
    expect(near.destroyed).toBe(true)
    far.destroy()
  })

  it("is refused when it isn't whole in time, however often a byte comes", async () => {
    const { far, near, how, wind } = await scene()
    far.write('PRO')
    await once(near, 'data')
    wind(9_000)
    far.write('XY')
    await once(near, 'data')
    expect(near.destroyed).toBe(false)
    wind(1_000 + 2 * TICK)
    expect(await how).toEqual({ kind: 'refused', why: 'no whole header within header_timeout' })
    expect(near.destroyed).toBe(true)
    far.destroy()
  })

  it.each(['end', 'resetAndDestroy'] as const)('is given up when the peer leaves, by %s', async leave => {
    const { far, near, how } = await scene()
    far.write('PROXY')
    await once(near, 'data')
    far[leave]()
    expect(await how).toEqual({ kind: 'gone' })
    expect(near.destroyed).toBe(true)
    far.destroy()
  })
})
