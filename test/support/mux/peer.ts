// A session under test whose other side is a test: bytes by hand, a clock by hand.
import { nextTurn } from '../../../src/base/clock.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { type MuxEnd, type MuxEvents, type MuxRole, MuxSession } from '../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS, type MuxTerms } from '../../../src/tunnel/mux/terms.ts'
import { type HandClock, handClock } from '../clock.ts'
import { frames, type TestCarrier, testCarrier } from './wire.ts'

export interface Peer extends TestCarrier {
  readonly session: MuxSession
  readonly clock: HandClock
  readonly accepted: MuxStream[]
  /** What was called, in order: `gone away`, `emptied`, `ended protocol_error: …`. */
  readonly calls: string[]
  /** What the session has written since the last call, a line for each frame. */
  heard(): Promise<string[]>
}

export interface Wished {
  readonly role?: MuxRole
  readonly terms?: Partial<MuxTerms>
  readonly refuses?: boolean
}

/** A session that has pinged once, and been answered. */
export async function peer({ role = 'client', terms = {}, refuses = false }: Wished = {}): Promise<Peer> {
  const ends = testCarrier()
  const clock = handClock()
  const accepted: MuxStream[] = []
  const calls: string[] = []
  const take = (stream: MuxStream): void => {
    stream.on('error', () => undefined)
    accepted.push(stream)
  }
  const events: MuxEvents = {
    ...(refuses ? {} : { accepted: take }),
    goneAway: () => void calls.push('gone away'),
    emptied: () => void calls.push('emptied'),
    ended: ({ reason, detail }: MuxEnd) => void calls.push(`ended ${reason}: ${detail}`),
  }
  const parts = { clock, wheel: startWheel(clock) }
  const session = new MuxSession(ends.carrier, role, { ...DEFAULT_TERMS, ...terms }, parts, events)
  await nextTurn()
  ends.taken()
  await ends.send(Buffer.from('000200020000000000000000', 'hex'))
  return {
    ...ends,
    session,
    clock,
    accepted,
    calls,
    async heard() {
      // What is said in this turn is written at its end.
      await nextTurn()
      await nextTurn()
      return frames(ends.taken())
    },
  }
}

/** Everything that a stream brings, until it ends or breaks. */
export async function all(stream: MuxStream): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** The code of the error with which a stream is destroyed, `none` when it closes without one. */
export function fate(stream: MuxStream): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let code = 'none'
  stream.on('error', error => {
    code = 'code' in error ? String(error.code) : error.message
  })
  stream.once('close', () => resolve(code))
  return promise
}
