import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { SESSION_ENDED } from '../../../../src/net/dial-failure.ts'
import { FLAG, GO_AWAY, INITIAL_WINDOW, TYPE } from '../../../../src/tunnel/mux/frame.ts'
import { all, fate, peer } from '../../../support/mux/peer.ts'
import { frame, frames } from '../../../support/mux/wire.ts'

const { syn, ack, fin, rst } = FLAG
const window = (flags: number, id: number, increment = 0): Buffer => frame(TYPE.window, flags, id, increment)
const data = (flags: number, id: number, payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload)
  return frame(TYPE.data, flags, id, bytes.length, bytes)
}

describe('opening', () => {
  it('announces a stream and writes behind it without waiting; a client’s numbers are odd', async () => {
    const { session, heard } = await peer()
    session.open()?.write('hello')
    session.open()
    expect(await heard()).toEqual(['window 1 flags 1: 0', 'data 1 flags 0: 5 bytes', 'window 3 flags 1: 0'])
  })

  it('gives a server even numbers', async () => {
    const { session, heard } = await peer({ role: 'server' })
    session.open()
    session.open()
    expect(await heard()).toEqual(['window 2 flags 1: 0', 'window 4 flags 1: 0'])
  })

  it('keeps further streams back while 256 are unacknowledged, with all that is written to them', async () => {
    const { session, heard, send } = await peer()
    for (let n = 0; n < 257; n++) session.open()?.write(String(n))
    const late = session.open()
    late?.end('the end')
    expect((await heard()).length).toBe(512)
    await send(window(ack, 5), window(ack, 9))
    expect(await heard()).toEqual([
      'window 513 flags 1: 0',
      'window 515 flags 1: 0',
      'data 513 flags 0: 3 bytes',
      'data 515 flags 0: 7 bytes',
      'window 515 flags 4: 0',
    ])
  })

  it('resets a stream that is not accepted within ten seconds, and makes room for the next', async () => {
    const { session, heard, clock } = await peer({ terms: { maxUnacknowledged: 1, pingInterval: 1e9 } })
    const one = session.open()
    const fateOfOne = one === undefined ? undefined : fate(one)
    clock.wind(5_000)
    session.open()
    expect(await heard()).toEqual(['window 1 flags 1: 0'])
    clock.wind(5_300)
    expect(await fateOfOne).toBe('ETIMEDOUT')
    expect(await heard()).toEqual(['window 1 flags 8: 0', 'window 3 flags 1: 0'])
  })

  it('opens nothing more when the other side has gone away, or is full', async () => {
    const { session, send, calls } = await peer({ terms: { maxStreams: 1 } })
    session.open()
    expect(session.open()).toBeUndefined()
    await send(window(rst, 1))
    expect(session.mayOpen).toBe(true)
    await send(frame(TYPE.goAway, 0, 0, GO_AWAY.normal))
    expect(session.open()).toBeUndefined()
    expect(calls).toEqual(['emptied', 'gone away'])
  })
})

describe('accepting', () => {
  it('acknowledges at once, before anybody writes', async () => {
    const { send, heard, accepted } = await peer()
    await send(window(syn, 2))
    expect(await heard()).toEqual(['window 2 flags 2: 0'])
    accepted[0]?.write('hello')
    expect(await heard()).toEqual(['data 2 flags 0: 5 bytes'])
  })

  it('takes bytes, an increment and an end that come with the opening', async () => {
    const { send, heard, accepted } = await peer()
    await send(data(syn | fin, 2, 'all of it'), window(syn, 4, 100))
    expect(await heard()).toEqual(['window 2 flags 2: 0', 'window 4 flags 2: 0'])
    const [one, other] = accepted
    if (one === undefined || other === undefined) throw new Error('not accepted')
    expect((await all(one)).toString()).toBe('all of it')
    expect(other.sendWindow).toBe(INITIAL_WINDOW + 100)
  })

  it('takes numbers in any order', async () => {
    const { send, accepted } = await peer()
    await send(window(syn, 6), window(syn, 2))
    expect(accepted.map(({ id }) => id)).toEqual([6, 2])
  })

  it.each([
    ['by a session that takes none', { refuses: true }],
    ['beyond the most that may be open', { terms: { maxStreams: 0 } }],
  ])('resets a stream %s, and what follows on it is nothing', async (_, wished) => {
    const { send, heard, calls } = await peer(wished)
    await send(data(syn, 2, 'x'), data(0, 2, 'y'), window(fin, 2))
    expect(await heard()).toEqual(['window 2 flags 8: 0'])
    expect(calls).toEqual([])
  })

  it('resets streams that come after it went away', async () => {
    const { session, send, heard } = await peer()
    await send(window(syn, 2))
    session.refuse()
    await send(window(syn, 4))
    expect(await heard()).toEqual(['window 2 flags 2: 0', 'go away 0', 'window 4 flags 8: 0'])
  })
})

describe('windows', () => {
  it('sends as much as was allowed, and goes on when more is', async () => {
    const { session, send, heard } = await peer()
    session.open()?.write(Buffer.alloc(INITIAL_WINDOW + 10))
    const sent = (await heard()).filter(line => line.startsWith('data'))
    expect(sent).toEqual(Array.from({ length: 4 }, () => 'data 1 flags 0: 65536 bytes'))
    await send(window(ack, 1, 4))
    expect(await heard()).toEqual(['data 1 flags 0: 4 bytes'])
    await send(window(0, 1, 1000))
    expect(await heard()).toEqual(['data 1 flags 0: 6 bytes'])
  })

  it('grants nothing while nobody reads, whatever comes, and again when somebody does', async () => {
    const { send, heard, accepted } = await peer()
    await send(window(syn, 2))
    for (let n = 0; n < 4; n++) await send(data(0, 2, Buffer.alloc(65_536)))
    expect(await heard()).toEqual(['window 2 flags 2: 0'])
    accepted[0]?.resume()
    const granted = (await heard()).map(line => Number(/^window 2 flags 0: (\d+)$/.exec(line)?.[1]))
    expect(granted.reduce((total, increment) => total + increment, 0)).toBe(INITIAL_WINDOW)
  })

  it('grants to a reader who pauses only what was taken', async () => {
    const { send, heard, accepted } = await peer()
    await send(window(syn, 2))
    const stream = accepted[0]
    let read = 0
    stream?.on('data', piece => {
      read += piece.length
      if (read >= 131_072) stream.pause()
    })
    for (let n = 0; n < 4; n++) await send(data(0, 2, Buffer.alloc(65_536)))
    expect(read).toBe(131_072)
    expect(await heard()).toEqual(['window 2 flags 2: 0', 'window 2 flags 0: 131072'])
  })
})

describe('ending', () => {
  it('closes each direction on its own', async () => {
    const { send, heard, accepted, session } = await peer()
    await send(window(syn, 2), data(0, 2, 'their last words'), window(fin, 2))
    const stream = accepted[0]
    if (stream === undefined) throw new Error('not accepted')
    expect((await all(stream.on('end', () => stream.write('ours')))).toString()).toBe('their last words')
    stream.end(' too')
    expect(await heard()).toEqual([
      'window 2 flags 2: 0',
      'data 2 flags 0: 4 bytes',
      'data 2 flags 0: 4 bytes',
      'window 2 flags 4: 0',
    ])
    expect(session.size).toBe(0)
  })

  it('goes on reading after its own end', async () => {
    const { session, send, heard } = await peer()
    const stream = session.open()
    if (stream === undefined) throw new Error('not opened')
    stream.end()
    await send(window(ack, 1), data(0, 1, 'still '), data(fin, 1, 'here'))
    expect((await all(stream)).toString()).toBe('still here')
    expect(await heard()).toEqual(['window 1 flags 1: 0', 'window 1 flags 4: 0'])
    expect(session.size).toBe(0)
  })

  it('resets what is destroyed, and ignores what was on its way', async () => {
    const { send, heard, accepted, calls } = await peer()
    await send(window(syn, 2))
    accepted[0]?.destroy()
    await heard()
    await send(data(0, 2, 'late'), window(0, 2, 5), window(fin, 2), window(rst, 2))
    expect(await heard()).toEqual([])
    expect(calls).toEqual(['emptied'])
  })

  it('destroys what is reset, with the error of a connection that was', async () => {
    const { session, send, heard } = await peer()
    const stream = session.open()
    if (stream === undefined) throw new Error('not opened')
    const end = fate(stream)
    await send(window(ack, 1), window(rst, 1))
    expect(await end).toBe('ECONNRESET')
    expect(await heard()).toEqual(['window 1 flags 1: 0'])
  })

  it('ignores data behind their end: Go’s writers may race their closers', async () => {
    const { send, accepted, calls } = await peer()
    await send(window(syn, 2), data(fin, 2, 'a'), data(0, 2, 'b'))
    const stream = accepted[0]
    if (stream === undefined) throw new Error('not accepted')
    expect((await all(stream)).toString()).toBe('a')
    expect(calls).toEqual([])
  })

  it('resets a stream that we ended when nothing comes on it for thirty seconds', async () => {
    const { session, send, heard, clock } = await peer({ terms: { pingInterval: 1e9 } })
    const stream = session.open()
    if (stream === undefined) throw new Error('not opened')
    const end = fate(stream.resume())
    stream.end()
    await send(window(ack, 1))
    clock.wind(29_000)
    await send(data(0, 1, 'x'))
    clock.wind(29_000)
    expect(session.size).toBe(1)
    clock.wind(1_300)
    expect(await end).toBe('ETIMEDOUT')
    expect((await heard()).at(-1)).toBe('window 1 flags 8: 0')
  })

  it('tells of a silence as a socket does', async () => {
    const { session, send, clock } = await peer({ terms: { pingInterval: 1e9, openTimeout: 1e9 } })
    let timeouts = 0
    const stream = session.open()?.resume()
    stream?.setTimeout(1_000, () => timeouts++)
    clock.wind(900)
    await send(data(ack, 1, 'x'))
    clock.wind(900)
    expect(timeouts).toBe(0)
    clock.wind(400)
    expect(timeouts).toBe(1)
    clock.wind(5_000)
    expect(timeouts).toBe(1)
  })
})

describe('the session', () => {
  it('answers pings', async () => {
    const { send, heard } = await peer()
    await send(frame(TYPE.ping, syn, 0, 4_000_000_000))
    expect(await heard()).toEqual(['ping flags 2: 4000000000'])
  })

  it('measures a round trip', async () => {
    const { session, send, heard, clock } = await peer()
    let took: number | undefined
    session.ping(roundTrip => {
      took = roundTrip
    })
    expect(await heard()).toEqual(['ping flags 1: 1'])
    clock.wind(120)
    await send(frame(TYPE.ping, ack, 0, 99), frame(TYPE.ping, ack, 0, 1))
    expect(took).toBe(120)
  })

  it('pings every twenty seconds, and is over ten seconds after one without an answer', async () => {
    const { heard, clock, calls } = await peer()
    clock.wind(20_300)
    expect(await heard()).toEqual(['ping flags 1: 1'])
    clock.wind(9_700)
    expect(calls).toEqual([])
    clock.wind(600)
    expect(calls).toEqual(['ended ping_timeout: no answer to a ping'])
  })

  it('takes whatever it hears for a sign of life, but for three intervals only', async () => {
    const { send, clock, calls } = await peer()
    const seconds = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        clock.wind(1_000)
        await send(window(0, 2, 1))
      }
    }
    await seconds(70)
    expect(calls).toEqual([])
    await seconds(20)
    expect(calls).toEqual(['ended ping_timeout: no answer to a ping'])
  })

  it.each([
    ['a number of our side', window(syn, 1), 'stream 1 has a number of our side'],
    ['a stream twice', Buffer.concat([window(syn, 2), window(syn, 2)]), 'stream 2 is opened twice'],
    ['two ends', Buffer.concat([window(syn, 2), window(fin, 2), window(fin, 2)]), 'stream 2 ends twice'],
    [
      'more than the window',
      Buffer.concat([window(syn, 2), frame(TYPE.data, 0, 2, INITIAL_WINDOW + 1)]),
      '262145 bytes for stream 2, more than its window',
    ],
    [
      'a window without end',
      Buffer.concat([window(syn, 2), window(0, 2, 0xffffffff)]),
      'a window of stream 2 beyond 32 bits',
    ],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'version 71'],
  ])('ends with the code of a protocol error after %s', async (_, bytes, detail) => {
    const { send, heard, accepted, calls, session, carrier } = await peer()
    await send(bytes, frame(TYPE.ping, syn, 0, 7))
    expect((await heard()).at(-1)).toBe('go away 1')
    expect(calls).toEqual([`ended protocol_error: ${detail}`])
    expect(accepted.every(stream => stream.destroyed)).toBe(true)
    expect(session.open()).toBeUndefined()
    expect(carrier.writableEnded).toBe(true)
    await send(frame(TYPE.ping, syn, 0, 8))
    expect(await heard()).toEqual([])
  })

  it.each([GO_AWAY.protocolError, GO_AWAY.internalError, 77])(
    'ends when the other side goes away with code %i',
    async code => {
      const { send, session, calls } = await peer()
      const stream = session.open()
      const end = stream === undefined ? undefined : fate(stream)
      await send(frame(TYPE.goAway, 0, 0, code))
      expect(calls).toEqual([`ended remote_error: the other side went away with code ${code}`])
      expect(await end).toBe(SESSION_ENDED)
    },
  )

  it('drains: opens nothing, takes nothing, and says goodbye after the last stream', async () => {
    const { session, send, heard, calls, carrier } = await peer()
    const stream = session.open()?.resume()
    session.drain()
    expect(session.open()).toBeUndefined()
    stream?.end()
    await send(window(ack, 1))
    expect(calls).toEqual([])
    await send(data(fin, 1, 'bye'))
    expect(await heard()).toEqual(['window 1 flags 1: 0', 'go away 0', 'window 1 flags 4: 0', 'go away 0'])
    expect(calls).toEqual(['ended closed: closed by this side'])
    expect(carrier.writableFinished).toBe(true)
  })

  it('cuts its streams when the carrier breaks or ends', async () => {
    const broken = await peer()
    const one = broken.session.open()
    const fateOfOne = one === undefined ? undefined : fate(one)
    broken.carrier.destroy(new Error('read ECONNRESET'))
    expect(await fateOfOne).toBe(SESSION_ENDED)
    expect(broken.calls).toEqual(['ended carrier_closed: read ECONNRESET'])
    const ended = await peer()
    ended.carrier.push(null)
    await nextTurn()
    expect(ended.calls).toEqual(['ended carrier_closed: the other side closed the connection'])
  })

  it('leaves no timer behind', async () => {
    const { session, clock, heard, carrier, calls } = await peer()
    session.open()?.on('error', () => undefined)
    session.close()
    await heard()
    expect(carrier.destroyed).toBe(false)
    clock.wind(2_300)
    await nextTurn()
    expect(carrier.destroyed).toBe(true)
    clock.wind(1e6)
    expect(calls).toEqual(['ended closed: closed by this side'])
    // What is left is the wheel's own.
    expect(clock.pending).toBe(1)
  })

  it('stops reading while answers pile up that nobody takes, and loses none of them', async () => {
    const { send, heard, freeze, thaw, carrier, taken } = await peer()
    freeze()
    const pings = Buffer.concat(Array.from({ length: 8_000 }, (_, n) => frame(TYPE.ping, syn, 0, n)))
    await send(pings.subarray(0, 12))
    await send(pings.subarray(12))
    expect(carrier.isPaused()).toBe(true)
    const first = frames(taken())
    await thaw()
    expect(carrier.isPaused()).toBe(false)
    expect([...first, ...(await heard())]).toEqual(
      Array.from({ length: 8_000 }, (_, n) => `ping flags 2: ${n}`),
    )
  })
})
