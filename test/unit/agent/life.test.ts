import { describe, expect, it } from 'vitest'
import type { Connected } from '../../../src/agent/connect.ts'
import { beginLife, type Life } from '../../../src/agent/life.ts'
import { nextTurn } from '../../../src/base/clock.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import type { Log } from '../../../src/observe/log.ts'
import { FLAG, GO_AWAY, TYPE } from '../../../src/tunnel/mux/frame.ts'
import { READ_BYTES } from '../../../src/tunnel/mux/terms.ts'
import { handClock } from '../../support/clock.ts'
import { frame, testCarrier } from '../../support/mux/wire.ts'

const FAILED: Connected = { ok: false, kind: 'unreachable', detail: 'ECONNREFUSED' }
const REJECTED: Connected = { ok: false, kind: 'rejected', detail: 'invalid agent token' }

/** A life whose attempts go as `next` says, and whose pauses are as long as they may be. */
function world(next: () => Connected) {
  const clock = handClock()
  const quiet = (): void => undefined
  const warnings: (readonly [string, unknown])[] = []
  const warn: Log['warn'] = (event, fields) => void warnings.push([event, fields])
  const log: Log = { trace: quiet, debug: quiet, info: quiet, warn, error: quiet }
  const attempts: number[] = []
  const life: Life = beginLife({
    clock,
    wheel: startWheel(clock),
    random: { id: () => '', fraction: () => 1 },
    log,
    server: 'a.test',
    maxStreams: 10,
    buffer: Buffer.alloc(READ_BYTES),
    connect() {
      attempts.push(clock.now())
      return Promise.resolve(next())
    },
    serve: quiet,
    connected: quiet,
  })
  return { clock, attempts, life, warnings }
}

function connected(): { readonly carrier: ReturnType<typeof testCarrier>; readonly result: Connected } {
  const carrier = testCarrier()
  return {
    carrier,
    result: { ok: true, socket: carrier.carrier as never, early: Buffer.alloc(0), takesLanes: true },
  }
}

describe('an agent’s life', () => {
  it('tries again after pauses of at most 200 ms, doubling to 30 s, for ever', async () => {
    const { clock, attempts } = world(() => FAILED)
    await clock.windAsync(200_000)
    const pauses = attempts.slice(1).map((at, n) => at - (attempts[n] ?? 0))
    expect(pauses.slice(0, 10)).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  })

  it('tries slowly when it was rejected', async () => {
    const { clock, attempts } = world(() => REJECTED)
    await clock.windAsync(70_000)
    expect(attempts).toEqual([0, 30_000, 60_000])
  })

  it('tries now when it is told to, and begins with short pauses again', async () => {
    const { clock, attempts, life } = world(() => REJECTED)
    await clock.windAsync(1_000)
    life.hurry()
    await clock.windAsync(0)
    expect(attempts).toEqual([0, 1_000])
  })

  it('begins with short pauses after it was connected for twenty seconds, and goes on with long ones before that', async () => {
    for (const [lived, pause] of [
      [20_000, 200],
      [19_000, 800],
    ] as const) {
      const first = connected()
      let count = 0
      const { clock, attempts } = world(() => (count++ === 2 ? first.result : FAILED))
      await clock.windAsync(600)
      expect(attempts).toEqual([0, 200, 600])
      // The ping with which a session begins is answered; the next one comes after twenty seconds.
      await first.carrier.send(frame(TYPE.ping, FLAG.ack, 0, 0))
      await clock.windAsync(lived)
      first.carrier.carrier.push(null)
      await nextTurn()
      await clock.windAsync(pause)
      expect(attempts.slice(3)).toEqual([600 + lived + pause])
    }
  })

  it.each([
    [
      'warns of three tunnels that are cut at the same age',
      undefined,
      [['agent/cut-regularly', { server: 'a.test', age_ms: 12_000 }]],
    ],
    ['warns of none that the server says goodbye to', frame(TYPE.goAway, 0, 0, GO_AWAY.normal), []],
  ] as const)('%s', async (_, goodbye, expected) => {
    let last = connected()
    const { clock, warnings } = world(() => {
      last = connected()
      return last.result
    })
    for (let n = 0; n < 3; n++) {
      await clock.windAsync(0)
      const { send, carrier } = last.carrier
      await send(frame(TYPE.ping, FLAG.ack, 0, 0))
      await clock.windAsync(12_000)
      if (goodbye !== undefined) await send(goodbye)
      carrier.push(null)
      await nextTurn()
      await clock.windAsync(200 * 2 ** n)
    }
    expect(warnings).toEqual(expected)
  })

  it('leaves without trying again: at once when it isn’t connected, else when the streams are over', async () => {
    const waiting = world(() => FAILED)
    await waiting.clock.windAsync(0)
    await waiting.life.leave(1_000)
    await waiting.clock.windAsync(100_000)
    expect(waiting.attempts).toEqual([0])

    const only = connected()
    const { clock, attempts, life } = world(() => only.result)
    await clock.windAsync(0)
    expect(life.isConnected).toBe(true)
    await life.leave(1_000)
    await clock.windAsync(100_000)
    expect(attempts).toEqual([0])
    expect(life.isConnected).toBe(false)
  })
})
