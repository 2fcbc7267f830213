import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { openReadBuffers } from '../../../../src/net/read-buffers.ts'
import { Scratch } from '../../../../src/net/scratch.ts'
import { startWheel } from '../../../../src/net/wheel.ts'
import { H1Visitor } from '../../../../src/wire/h1/visitor.ts'
import type { RequestSink, VisitorPort } from '../../../../src/wire/visitor-side.ts'
import { handClock } from '../../../support/clock.ts'
import { plainListener } from '../../../support/plain-listener.ts'
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

/** A visitor whose every request is answered at once with `status`. */
function visitorOn(socket: Sink, status: number) {
  const clock = handClock()
  const port = {
    limits: plainListener().limits,
    isDraining: false,
    speaksHttp2: false,
    dateLine: () => '',
    openExchange(side) {
      side.answer({ status, fields: [], body: Buffer.from('said'), reason: { code: 'static' } }, undefined)
      return SILENT
    },
    refuse: () => undefined,
    closed: () => undefined,
  } as Partial<VisitorPort> as VisitorPort
  const wire = { wheel: startWheel(clock), scratch: new Scratch(), buffers: openReadBuffers() }
  return {
    clock,
    visitor: new H1Visitor(socket as unknown as Socket, '192.0.2.9', undefined, port, wire),
    ask: (fields: string) =>
      void socket.emit('data', Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)),
  }
}

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
