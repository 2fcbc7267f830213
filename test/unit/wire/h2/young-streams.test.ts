import { once } from 'node:events'
import { connect, createServer, type Http2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { YoungStreams } from '../../../../src/wire/h2/young-streams.ts'

/** A session with what Node's has inside, under a name. */
const sessionWith = (name: string, streams: unknown): Http2Session =>
  ({ [Symbol(name)]: { streams } }) as unknown as Http2Session

function streamsOf(session: Http2Session): unknown {
  const inside = session as unknown as Record<symbol, { readonly streams: unknown }>
  const name = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')
  return name === undefined ? undefined : inside[name]?.streams
}

function close(young: YoungStreams, streams: number): void {
  for (let n = 0; n < streams; n++) young.streamClosed()
}

describe('the streams of a session', () => {
  it('are in another Map after every 64 that closed', () => {
    const before = new Map([[1, 'one']])
    const session = sessionWith('state', before)
    const young = new YoungStreams(session)
    close(young, 63)
    expect(streamsOf(session)).toBe(before)
    close(young, 1)
    const after = streamsOf(session)
    expect(after).not.toBe(before)
    expect(after).toEqual(before)
    close(young, 64)
    expect(streamsOf(session)).not.toBe(after)
  })

  it('stay where they are in a session that has nothing like it', () => {
    for (const session of [sessionWith('status', new Map()), sessionWith('state', []), {} as Http2Session])
      expect(() => close(new YoungStreams(session), 200)).not.toThrow()
  })

  it("are found in Node's own sessions, which go on", async () => {
    const server = createServer((_, response) => void response.end('here'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const young = new YoungStreams(session)
    const first = session.request({ ':path': '/' })
    await once(first, 'response')
    const before = streamsOf(session)
    close(young, 64)
    expect(streamsOf(session)).not.toBe(before)
    expect(streamsOf(session)).toEqual(new Map([[1, first]]))
    first.resume()
    await once(first, 'close')
    expect(streamsOf(session)).toEqual(new Map())
    session.close()
    await once(session, 'close')
    server.close()
  })
})
