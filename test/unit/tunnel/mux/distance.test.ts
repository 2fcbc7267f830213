import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { startWheel } from '../../../../src/net/wheel.ts'
import { MuxSession } from '../../../../src/tunnel/mux/session.ts'
import { DEFAULT_TERMS } from '../../../../src/tunnel/mux/terms.ts'
import { type HandClock, handClock } from '../../../support/clock.ts'

const ONE_WAY = 50
/** 1 Gbit/s. */
const BYTES_PER_MS = 125_000

/** A carrier's half whose bytes arrive 50 ms later, at the rate of the link; what the link has no room for yet waits for its turn. */
function farAway(clock: HandClock): { readonly end: Duplex; to: Duplex | undefined; tick(): void } {
  const onWay: { readonly due: number; readonly bytes: Buffer }[] = []
  let room = 0
  let held: { bytes: Buffer; readonly done: () => void } | undefined
  const move = (): void => {
    while (held !== undefined && room > 0) {
      const bytes = held.bytes.subarray(0, room)
      room -= bytes.length
      onWay.push({ due: clock.now() + ONE_WAY, bytes: Buffer.from(bytes) })
      held.bytes = held.bytes.subarray(bytes.length)
      if (held.bytes.length > 0) return
      const { done } = held
      held = undefined
      done()
    }
  }
  const half = {
    to: undefined as Duplex | undefined,
    end: new Duplex({
      read: () => undefined,
      write(bytes: Buffer, _, done) {
        held = { bytes, done }
        move()
      },
    }),
    tick() {
      room = BYTES_PER_MS
      move()
      while ((onWay[0]?.due ?? Number.POSITIVE_INFINITY) <= clock.now()) half.to?.push(onWay.shift()?.bytes)
    },
  }
  return half
}

describe('over a link of 1 Gbit/s and a round trip of 100 ms', () => {
  it('one stream fills four fifths of it, once its window has grown', async () => {
    const clock = handClock()
    const parts = { clock, wheel: startWheel(clock) }
    const [near, far] = [farAway(clock), farAway(clock)]
    near.to = far.end
    far.to = near.end
    let read = 0
    const ended = (): void => undefined
    const session = new MuxSession(near.end, 'server', DEFAULT_TERMS, parts, { ended })
    const other = new MuxSession(far.end, 'client', DEFAULT_TERMS, parts, {
      accepted: stream => void stream.on('data', (bytes: Buffer) => (read += bytes.length)),
      ended,
    })
    const stream = session.open()
    const piece = Buffer.alloc(64 * 1024)
    const pour = (): void => {
      while (stream?.write(piece) === true);
    }
    stream?.on('drain', pour)
    pour()
    const pass = async (ms: number): Promise<void> => {
      for (let n = 0; n < ms; n++) {
        clock.wind(1)
        near.tick()
        far.tick()
        await nextTurn()
        await nextTurn()
      }
    }
    await pass(1_200)
    const before = read
    await pass(400)
    expect(read - before).toBeGreaterThan(0.8 * 400 * BYTES_PER_MS)
    expect(other.roundTrip).toBeGreaterThanOrEqual(2 * ONE_WAY)
    session.close()
    other.close()
  })
})
