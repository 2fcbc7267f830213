// Sessions that read into one buffer: what a stream keeps is its own.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWheel } from '../../../../src/net/wheel.ts'
import { MuxSession } from '../../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS, READ_BYTES } from '../../../../src/tunnel/mux/terms.ts'
import { handClock } from '../../../support/clock.ts'
import { all } from '../../../support/mux/peer.ts'
import { type SocketPair, socketPair } from '../../../support/socket-pair.ts'
import { until } from '../../../support/until.ts'

let pair: SocketPair
beforeEach(async () => {
  pair = await socketPair()
})
afterEach(() => pair[Symbol.dispose]())

/** Two sessions that read into the same buffer, and streams from the one to the other. */
async function world(count: number): Promise<{ buffer: Buffer; near: MuxStream[]; far: MuxStream[] }> {
  const clock = handClock()
  const buffer = Buffer.alloc(READ_BYTES)
  const parts = { clock, wheel: startWheel(clock), buffer }
  const far: MuxStream[] = []
  const { far: one, near: other } = pair
  const session = new MuxSession(one, 'server', DEFAULT_TERMS, parts, { ended: () => undefined })
  new MuxSession(other, 'client', DEFAULT_TERMS, parts, {
    accepted: stream => void far.push(stream),
    ended: () => undefined,
  })
  const near = Array.from({ length: count }, () => {
    const stream = session.open()
    if (stream === undefined) throw new Error('no stream')
    return stream
  })
  await until('all are accepted', () => far.length === count)
  return { buffer, near, far }
}

const payload = (seed: number, bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => seed * 31 + at * 7))

describe('a session that reads into a buffer of all', () => {
  it('brings every stream its own bytes, whether it is read at once, later, or in between', async () => {
    const { near, far } = await world(6)
    const sent = near.map((stream, seed) => {
      const bytes = payload(seed, 150_000)
      for (let at = 0; at < bytes.length; at += 9_000) stream.write(bytes.subarray(at, at + 9_000))
      stream.end()
      return bytes
    })
    const late = far.slice(3)
    const early = await Promise.all(far.slice(0, 3).map(all))
    await until('the others have what they may have', () =>
      late.every(({ readableLength }) => readableLength >= 0),
    )
    const got = [...early, ...(await Promise.all(late.map(all)))]
    for (const [n, bytes] of got.entries()) expect(bytes.equals(sent[n] ?? Buffer.alloc(0))).toBe(true)
  })

  it('lends pieces to who says that it keeps none, and to nobody else', async () => {
    const { buffer, near, far } = await world(2)
    const [lending, keeping] = far
    if (lending === undefined || keeping === undefined) throw new Error('no streams')
    const seen: boolean[][] = [[], []]
    lending.lends = true
    for (const [n, stream] of [lending, keeping].entries())
      stream.on('data', (piece: Buffer) => seen[n]?.push(piece.buffer === buffer.buffer))
    for (const stream of near) {
      stream.write('first')
      await until('both have it', () =>
        seen.every((_, n) => n > near.indexOf(stream) || (seen[n]?.length ?? 0) > 0),
      )
      stream.end('last')
    }
    await until('all is there', () => far.every(({ readableEnded }) => readableEnded))
    expect(seen[0]).toContain(true)
    expect(seen[1]).not.toContain(true)
  })
})
