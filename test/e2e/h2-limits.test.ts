// HTTP/2 against every limit of a listener: what is too large is named, what is too slow is closed on time, and only that.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS, FLAG, frame, PREFACE, settingsPayload, uint32 } from '../support/h2/frames.ts'
import { block, literal, requestBytes } from '../support/h2/hpack-write.ts'
import { connectH2, type H2Peer, outcomeOf } from '../support/h2/peer.ts'
import { hold } from '../support/origin.ts'
import { visit } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const LIMITS = `limits:
  header_timeout: 1s
  body_idle_timeout: 1s
  write_idle_timeout: 1s
  keepalive_timeout: 1s
  max_header_bytes: 8KiB
  max_headers: 20
  max_url_bytes: 1KiB
  max_body_bytes: 10KiB
`

/** Milliseconds that a timeout of one second may take, with its tick, a goodbye of two seconds, and a busy machine. */
const SOON = 4_000

describe('limits over HTTP/2', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage({ listener: LIMITS })
    // More than all the buffers between an origin and a visitor hold.
    const large = Buffer.alloc(64 << 20)
    stage.origin.on('/large', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`)
      await turn.write(large)
    })
    stage.origin.on('/hold', hold)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const peerOf = (settings: Readonly<Record<number, number>> | undefined): Promise<H2Peer> =>
    connectH2({ port: stage.port, settings })
  const settled = async (peer: H2Peer, stream: number, limit = SOON): Promise<string> => {
    const now = (): string => outcomeOf(peer.streams.get(stream))
    await until(`stream ${stream} ends`, () => peer.isClosed || !now().endsWith('open'), limit)
    return now()
  }
  const closing = async (peer: H2Peer): Promise<number> => {
    const start = performance.now()
    await until('the connection ends', () => peer.isClosed, SOON)
    return performance.now() - start
  }

  it.each([
    ['a path longer than max_url_bytes', requestBytes(1, 'http', `/${'p'.repeat(1024)}`), 414],
    ['a query longer than max_url_bytes', requestBytes(1, 'http', `/?${'q'.repeat(1024)}`), 414],
    ['a field larger than max_header_bytes', requestBytes(1, 'http', '/', [['x-a', 'a'.repeat(9_000)]]), 431],
    [
      'fields that are larger than max_header_bytes together',
      requestBytes(
        1,
        'http',
        '/',
        Array.from({ length: 10 }, (_, n) => [`x-${n}`, 'a'.repeat(900)] as const),
      ),
      431,
    ],
    [
      'more fields than max_headers',
      requestBytes(
        1,
        'http',
        '/',
        Array.from({ length: 30 }, (_, n) => [`x-${n}`, ''] as const),
      ),
      431,
    ],
    [
      'a length past max_body_bytes',
      requestBytes(1, 'http', '/', [['content-length', '10241']], { method: 'POST', ends: false }),
      413,
    ],
  ])('%s is answered, and the connection lives', async (_, request, status) => {
    await using peer = await peerOf({})
    await peer.send(request)
    expect((await settled(peer, 1)).split(' ')[0]).toBe(String(status))
    await peer.send(requestBytes(3, 'http', '/next'))
    expect(await settled(peer, 3)).toBe('200')
  })

  it('a body that grows past max_body_bytes is refused while it comes', async () => {
    await using peer = await peerOf({})
    await peer.send(requestBytes(1, 'http', '/grows', [], { method: 'POST', ends: false }))
    await peer.send(frame(0, 0, 1, 'x'.repeat(10_000)))
    await peer.send(frame(0, FLAG.endStream, 1, 'x'.repeat(1_000)))
    expect((await settled(peer, 1)).split(' ')[0]).toBe('413')
    expect(stage.origin.at('/grows').filter(request => request.complete)).toEqual([])
    await peer.send(requestBytes(3, 'http', '/next'))
    expect(await settled(peer, 3)).toBe('200')
  })

  it.each([
    ['without a byte', ''],
    ['inside the preface', PREFACE.slice(0, 10)],
    ['behind the preface', PREFACE],
    ['behind SETTINGS', Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0)])],
    [
      'inside a head',
      Buffer.concat([
        Buffer.from(PREFACE),
        frame(4, 0, 0),
        frame(1, FLAG.endStream, 1, literal([':method', 'GET'])),
      ]),
    ],
  ])('a connection that falls silent %s is closed on time', async (_, bytes) => {
    await using peer = await peerOf(undefined)
    if (bytes.length > 0) await peer.send(bytes)
    expect(await closing(peer)).toBeGreaterThan(700)
  })

  it('a head that drips in does not extend its time', async () => {
    await using peer = await peerOf({})
    const start = performance.now()
    const head = [
      frame(1, FLAG.endStream, 1, literal([':method', 'GET'])),
      frame(9, 0, 1, literal([':scheme', 'http'])),
      frame(9, 0, 1, literal([':path', '/drip'])),
    ]
    const bytes = Buffer.concat([...head, frame(9, 0, 1, literal(['x-a', 'a'.repeat(100)]))])
    for (let at = 0; !peer.isClosed && performance.now() - start < SOON; at += 4) {
      await peer.send(bytes.subarray(at, at + 4))
      await pause(50)
    }
    expect(peer.isClosed).toBe(true)
    expect(performance.now() - start).toBeLessThan(SOON)
    expect(stage.origin.at('/drip')).toEqual([])
  })

  it('an idle connection is told to go, and closed, after keepalive_timeout', async () => {
    await using peer = await peerOf({})
    await peer.send(requestBytes(1, 'http', '/idle'))
    expect(await settled(peer, 1)).toBe('200')
    expect(await closing(peer)).toBeGreaterThan(700)
    expect(peer.goaway).toBe(0)
  })

  const goodbye = frame(7, 0, 0, Buffer.concat([uint32(0), uint32(0)]))
  it.each([
    ['at once', 0],
    ['after a request', 1],
    ['while a request is under way', 2],
  ])('a visitor who says goodbye %s, and never closes its side, is cut off', async (_, requests) => {
    await using peer = await connectH2({ port: stage.port, settings: {}, clings: true })
    await peer.answersPing()
    for (const target of ['/first', '/hold'].slice(0, requests))
      await peer.send(requestBytes(target === '/hold' ? 3 : 1, 'http', target))
    if (requests > 0) expect(await settled(peer, 1)).toBe('200')
    await peer.send(goodbye)
    await pause(100)
    if (requests > 1) await peer.send(frame(3, 0, 3, uint32(ERRORS.indexOf('CANCEL'))))
    await until('our side of the connection ends', () => peer.isClosed)
    // What comes to a socket that nobody has any more is answered by a reset.
    const isCut = (): boolean => {
      peer.send(frame(6, 0, 0, 'anybody?'))
      return peer.socket.destroyed
    }
    await until('the connection is gone', isCut, SOON)
  })

  it('a connection with a request under way is not idle', async () => {
    stage.origin.on('/late', async turn => {
      await pause(2_000)
      await turn.answer(200)
    })
    await using peer = await peerOf({})
    await peer.send(requestBytes(1, 'http', '/late'))
    expect(await settled(peer, 1, 5_000)).toBe('200')
  })

  it('a body that stops coming ends its own stream, and the origin is let go', async () => {
    await using peer = await peerOf({})
    await peer.send(requestBytes(1, 'http', '/stops', [], { method: 'POST', ends: false }))
    await peer.send(frame(0, 0, 1, 'x'))
    await peer.send(requestBytes(3, 'http', '/late'))
    expect(await settled(peer, 1)).toMatch(/^(408|408 reset NO_ERROR|reset CANCEL)$/)
    expect(await settled(peer, 3)).toBe('200')
    await until('the origin is let go', () => stage.origin.busy === 0)
  })

  it.each([
    ['without a window for the answer', { 4: 0 }, false],
    ['with a window, who reads nothing', { 4: 1 << 24 }, true],
  ])('a visitor %s is cut after write_idle_timeout, and the origin let go', async (_, settings, isDeaf) => {
    await using peer = await peerOf(settings)
    const window = frame(8, 0, 0, Buffer.from([0x10, 0, 0, 0]))
    if (isDeaf) {
      await peer.send(window)
      peer.hold()
    }
    await peer.send(requestBytes(1, 'http', '/large'))
    await until('the origin is asked', () => stage.origin.busy === 1)
    await until('the origin is let go', () => stage.origin.busy === 0, 5_000)
    peer.release()
    expect(await settled(peer, 1)).not.toBe('200')
  })

  it('a preface in two pieces is a preface, wherever it is cut', async () => {
    const bytes = Buffer.concat([
      Buffer.from(PREFACE),
      frame(4, 0, 0, settingsPayload({ 3: 10 })),
      requestBytes(1, 'http', '/cut'),
    ])
    for (let cut = 1; cut < 40; cut++) {
      await using peer = await peerOf(undefined)
      await peer.send(bytes.subarray(0, cut))
      await pause(5)
      await peer.send(bytes.subarray(cut))
      expect(await settled(peer, 1), `cut at ${cut}`).toBe('200')
    }
  })

  it('a whole conversation byte by byte', async () => {
    await using peer = await peerOf(undefined)
    const head = frame(
      1,
      FLAG.endStream | FLAG.endHeaders,
      1,
      block([
        [':method', 'GET'],
        [':scheme', 'http'],
        [':authority', 'a.test'],
        [':path', '/bytes'],
      ]),
    )
    for (const byte of Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0), head])) {
      await peer.send(Buffer.from([byte]))
      await pause(1)
    }
    expect(await settled(peer, 1)).toBe('200')
  })

  it.each(['P|ROPFIND', 'PR|OPFIND', 'PRI|', 'PRI|NT', 'P|'])(
    'a method that begins like the preface, %s, is an HTTP/1.1 request',
    async spelled => {
      const [first = '', rest = ''] = spelled.split('|')
      await using visitor = await visit({ port: stage.port })
      await visitor.send(first)
      await pause(20)
      await visitor.send(`${rest} /method HTTP/1.1\r\nHost: a\r\n\r\n`)
      const reply = await visitor.answer()
      expect(reply.status).toBe(200)
      expect(JSON.parse(reply.body.toString()).method).toBe(first + rest)
    },
  )
})
