import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { MuxSession } from '../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS } from '../../../src/tunnel/mux/terms.ts'
import { writeAnswer } from '../../../src/tunnel/preamble.ts'
import { type AgentFigures, writeFigures } from '../../../src/tunnel/probe.ts'
import { followReports } from '../../../src/tunnel/reports.ts'
import { handClock } from '../../support/clock.ts'
import { memoryLink } from '../../support/mux/link.ts'

const FIGURES: AgentFigures = {
  uptimeSeconds: 1,
  cpuSeconds: 1,
  residentBytes: 1,
  streams: 0,
  bytesReceived: 0,
  bytesSent: 0,
}
const OK = Buffer.concat([writeAnswer({ ok: true }), writeFigures(FIGURES)])
const NO = writeAnswer({ ok: false, kind: 'invalid_open_request', detail: 'network is not tcp' })

/** A session whose agent answers every question alike. */
function world(answer: Buffer, maxStreams = 10) {
  const clock = handClock()
  const wheel = startWheel(clock)
  const [near, far] = memoryLink(waiting => waiting)
  const parts = { clock, wheel }
  const terms = { ...DEFAULT_TERMS, maxStreams, pingInterval: 1e9, pingTimeout: 1e9 }
  const session = new MuxSession(near, 'server', terms, parts, { ended: () => undefined })
  let asked = 0
  const accepted = (stream: MuxStream): void => {
    asked++
    stream.end(answer)
    stream.resume()
  }
  new MuxSession(far, 'client', terms, parts, { accepted, ended: () => undefined })
  const told: AgentFigures[] = []
  const following = followReports(session, parts, figures => told.push(figures))
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await nextTurn()
  }
  return { clock, session, told, following, settle, asked: () => asked }
}

describe('what an agent says of itself', () => {
  it('is asked for at once and every twenty seconds, on streams that end', async () => {
    const { clock, session, told, settle, asked } = world(OK)
    await settle()
    expect([asked(), told, session.size]).toEqual([1, [FIGURES], 0])
    clock.wind(19_999)
    await settle()
    expect(asked()).toBe(1)
    clock.wind(1)
    await settle()
    expect([asked(), told.length, session.size]).toEqual([2, 2, 0])
  })

  it('is asked no more of an agent that doesn’t know, nor once it is stopped', async () => {
    const other = world(NO)
    await other.settle()
    other.clock.wind(100_000)
    await other.settle()
    expect([other.asked(), other.told]).toEqual([1, []])
    const stopped = world(OK)
    await stopped.settle()
    stopped.following.stop()
    stopped.clock.wind(100_000)
    await stopped.settle()
    expect(stopped.asked()).toBe(1)
  })

  it('never takes the last stream that may be opened', async () => {
    const narrow = world(OK, 1)
    await narrow.settle()
    expect([narrow.asked(), narrow.session.mayOpen]).toEqual([0, true])
    const busy = world(OK, 2)
    await busy.settle()
    const stream = busy.session.open()
    await busy.settle()
    busy.clock.wind(20_000)
    await busy.settle()
    expect(busy.told).toHaveLength(1)
    stream?.destroy()
    busy.clock.wind(20_000)
    await busy.settle()
    expect(busy.told).toHaveLength(2)
  })
})
