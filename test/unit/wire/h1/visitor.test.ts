import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { openReadBuffers } from '../../../../src/net/read-buffers.ts'
import { Scratch } from '../../../../src/net/scratch.ts'
import { startWheel } from '../../../../src/net/wheel.ts'
import { SpareReaders } from '../../../../src/wire/h1/spare-readers.ts'
import { H1Visitor } from '../../../../src/wire/h1/visitor.ts'
import type { RequestSink, VisitorPort, VisitorSide } from '../../../../src/wire/visitor-side.ts'
import { handClock } from '../../../support/clock.ts'
import { plainListener } from '../../../support/plain-listener.ts'
import { responseOf } from '../../../support/responses.ts'
import { Sink } from '../../../support/sink.ts'

const SILENT: RequestSink = {
  data: () => undefined,
  end: () => undefined,
  refused: () => undefined,
  gone: () => undefined,
  drained: () => undefined,
  stalled: () => undefined,
  flush: () => undefined,
}

const answering =
  (status: number) =>
  (side: VisitorSide): void =>
    side.answer({ status, fields: [], body: Buffer.from('said'), reason: { code: 'static' } }, undefined)

/** A visitor whose every request is answered at once with a status, or as `opened` does. */
function visitorOn(
  socket: Sink,
  opened: number | ((side: VisitorSide) => void),
  readers: SpareReaders = new SpareReaders(),
) {
  const clock = handClock()
  const open = typeof opened === 'number' ? answering(opened) : opened
  const port = {
    limits: plainListener().limits,
    isDraining: false,
    speaksHttp2: false,
    dateLine: () => '',
    openExchange(side) {
      open(side)
      return SILENT
    },
    refuse: () => undefined,
    closed: () => undefined,
  } as Partial<VisitorPort> as VisitorPort
  const wire = { wheel: startWheel(clock), scratch: new Scratch(), buffers: openReadBuffers(), readers }
  return {
    clock,
    visitor: new H1Visitor(socket as unknown as Socket, '192.0.2.9', undefined, port, wire),
    ask: (fields: string) =>
      void socket.emit('data', Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)),
  }
}

/** An origin's consent to another protocol. */
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'

describe('the last answer on a connection', () => {
  it('closes it at once when the visitor said that nothing follows', () => {
    const socket = new Sink()
    visitorOn(socket, 200).ask('Connection: close\r\n')
    expect(socket.text).toMatch(/said$/)
    expect(socket.destroyed).toBe(true)
  })

  it('is waited for when the visitor takes it slowly', async () => {
    const socket = new Sink(true)
    const { clock, ask } = visitorOn(socket, 200)
    ask('Connection: close\r\n')
    clock.wind(30_000)
    expect(socket.destroyed).toBe(false)
    socket.takeAll()
    await nextTurn()
    expect(socket.destroyed).toBe(true)
  })

  it('leaves a visitor who may go on sending two seconds, counted from when it has the answer', async () => {
    const socket = new Sink(true)
    const { clock, ask } = visitorOn(socket, 400)
    ask('')
    clock.wind(30_000)
    expect(socket.destroyed).toBe(false)
    socket.takeAll()
    await nextTurn()
    clock.wind(1_900)
    expect(socket.destroyed).toBe(false)
    clock.wind(400)
    expect(socket.destroyed).toBe(true)
  })
})

describe('the reader of a connection', () => {
  it("is the next one's when the connection is over", async () => {
    const readers = new SpareReaders()
    const [first, second] = [new Sink(), new Sink()]
    const { visitor, ask } = visitorOn(first, 200, readers)
    ask('Connection: close\r\n')
    expect(visitorOn(second, 200, readers).visitor.request).not.toBe(visitor.request)
    await nextTurn()
    const { visitor: third, ask: askAgain } = visitorOn(new Sink(), 200, readers)
    expect(third.request).toBe(visitor.request)
    expect([third.request.isIdle, third.request.head.text, third.request.line.target]).toEqual([true, '', ''])
    askAgain('X-Third: 3\r\n')
    expect(third.request.isIdle).toBe(true)
  })

  it('stays with a socket that was given up, whose request may be asked for later', async () => {
    const readers = new SpareReaders()
    const socket = new Sink()
    const { visitor, ask } = visitorOn(socket, () => undefined, readers)
    ask('Upgrade: websocket\r\n')
    visitor.takeSocket(responseOf(SWITCHING), visitor.connection, undefined)
    socket.destroy()
    await nextTurn()
    expect(visitor.request.head.first('upgrade')).toBe('websocket')
    expect(visitorOn(new Sink(), 200, readers).visitor.request).not.toBe(visitor.request)
  })
})
