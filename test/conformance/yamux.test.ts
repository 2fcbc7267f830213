// Our mux against hashicorp/yamux, in both roles: what is sent arrives, whoever opens, reads slowly, half-closes, resets or floods.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SESSION_ENDED } from '../../src/net/dial-failure.ts'
import { FLAG, TYPE } from '../../src/tunnel/mux/frame.ts'
import type { MuxRole, MuxSession } from '../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../src/tunnel/mux/stream.ts'
import { buildGo } from '../support/go.ts'
import { startGo } from '../support/mux/go.ts'
import { all, fate } from '../support/mux/peer.ts'
import { frame } from '../support/mux/wire.ts'
import { pause, until } from '../support/until.ts'

const MEGABYTE = 1024 * 1024
const ROLES: readonly MuxRole[] = ['client', 'server']

function opened(session: MuxSession): MuxStream {
  const stream = session.open()
  if (stream === undefined) throw new Error('no stream to be had')
  return stream
}

function payload(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => seed + at * 7))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes everything, half-closes, and returns what comes back. */
async function ask(stream: MuxStream, bytes: Buffer): Promise<Buffer> {
  const answer = all(stream)
  for (let at = 0; at < bytes.length; at += 50_000) {
    if (!stream.write(bytes.subarray(at, at + 50_000)))
      await new Promise(resolve => stream.once('drain', resolve))
  }
  stream.end()
  return await answer
}

/** Reads to the end, resting when asked to, and answers with the digest. */
function digestBack(rest = 0): (stream: MuxStream) => void {
  return async stream => {
    const digest = createHash('sha256')
    for await (const piece of stream) {
      digest.update(piece)
      if (rest > 0) await pause(rest)
    }
    stream.end(digest.digest('hex'))
  }
}

const folder = mkdtempSync(join(tmpdir(), 'p2pstream-yamux-'))

const program = buildGo('go-yamux', folder) ?? ''

describe.skipIf(program === '')('hashicorp/yamux', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe.each(ROLES)('as %s', role => {
    it('takes 100 streams of a megabyte at once, and answers each after our half-close', async () => {
      await using go = await startGo(program, { part: 'sum', role })
      const bytes = payload(MEGABYTE, 3)
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(opened(go.session), bytes)))
      expect(new Set(answers.map(String))).toEqual(new Set([sha256(bytes)]))
      expect(go.session.size).toBe(0)
      go.session.close()
      await go.finished()
    })

    it('sends 100 streams of a megabyte at once, and hears the digests after its half-close', async () => {
      await using go = await startGo(program, {
        part: 'send',
        role,
        flags: ['-streams', '100'],
        events: { accepted: digestBack() },
      })
      await go.finished()
    })

    it('echoes, and brings back what it was given', async () => {
      await using go = await startGo(program, { part: 'echo', role })
      const bytes = payload(3 * MEGABYTE, 9)
      expect(sha256(await ask(opened(go.session), bytes))).toBe(sha256(bytes))
    })

    it('reads slowly, and we hold what it has no window for', async () => {
      await using go = await startGo(program, { part: 'slow', role })
      const bytes = payload(2 * MEGABYTE, 1)
      expect((await ask(opened(go.session), bytes)).toString()).toBe(sha256(bytes))
    })

    it('writes to a slow reader of ours no more than was granted', async () => {
      let stream: MuxStream | undefined
      let read = 0
      await using go = await startGo(program, {
        part: 'send',
        role,
        flags: ['-size', String(2 * MEGABYTE)],
        events: {
          accepted(one) {
            stream = one
          },
        },
        tap: socket =>
          socket.on('data', bytes => {
            read += bytes.length
          }),
      })
      await until('the window is full', () => read > 250_000)
      await pause(200)
      expect(read).toBeLessThan(300_000)
      if (stream === undefined) throw new Error('no stream came')
      digestBack(1)(stream)
      await go.finished()
    })

    it('answers pings, and is answered', async () => {
      await using answering = await startGo(program, { part: 'hold', role })
      const took = await new Promise<number>(resolve => answering.session.ping(resolve))
      expect(took).toBeGreaterThan(0)
      await using asking = await startGo(program, { part: 'ping', role })
      await asking.finished()
    })

    it('takes streams that are opened and reset at once, and others live on', async () => {
      await using go = await startGo(program, { part: 'sum', role })
      const witness = opened(go.session)
      witness.write('half')
      for (let turn = 0; turn < 20; turn++) {
        const crowd = Array.from({ length: 100 }, () => opened(go.session))
        for (const stream of crowd) stream.write('something')
        await pause(5)
        for (const stream of crowd) stream.destroy()
      }
      const answer = all(witness)
      witness.end(' and half')
      expect((await answer).toString()).toBe(sha256(Buffer.from('half and half')))
      expect(go.session.size).toBe(0)
    })

    it('opens and closes thousands of streams in a burst', async () => {
      let count = 0
      await using go = await startGo(program, {
        part: 'burst',
        role,
        flags: ['-streams', '5000'],
        events: {
          accepted(stream) {
            count++
            stream.resume().on('end', () => stream.end())
          },
        },
      })
      await go.finished()
      expect(count).toBe(5000)
      expect(go.session.size).toBe(0)
    })

    it('opens no stream after our GoAway, but ends those that it has', async () => {
      let accepted: MuxStream | undefined
      await using go = await startGo(program, {
        part: 'send',
        role,
        events: {
          accepted(stream) {
            accepted = stream
            go.session.drain()
            digestBack()(stream)
          },
        },
      })
      await go.finished()
      expect(accepted).toBeDefined()
      expect((await go.ended).reason).toBe('closed')
    })

    it('goes away, and nothing more can be opened', async () => {
      let isGone = false
      await using go = await startGo(program, {
        part: 'away',
        role,
        events: {
          goneAway() {
            isGone = true
          },
        },
      })
      await until('it has gone away', () => isGone)
      expect(go.session.mayOpen).toBe(false)
      go.session.close()
      await go.finished()
    })

    it('survives 400 streams that are opened at once: none is lost to its backlog of 256', async () => {
      await using go = await startGo(program, { part: 'sum', role })
      const answers = await Promise.all(
        Array.from({ length: 400 }, (_, n) => ask(opened(go.session), Buffer.from(String(n)))),
      )
      expect(answers.map(String)).toEqual(answers.map((_, n) => sha256(Buffer.from(String(n)))))
    })

    it('is gone in the middle of everything, and every stream knows', async () => {
      await using go = await startGo(program, { part: 'sum', role })
      const streams = Array.from({ length: 10 }, () => opened(go.session))
      const fates = streams.map(fate)
      for (const stream of streams) stream.write(Buffer.alloc(MEGABYTE))
      await pause(20)
      go.child.kill('SIGKILL')
      expect(new Set(await Promise.all(fates))).toEqual(new Set([SESSION_ENDED]))
      expect((await go.ended).reason).toBe('carrier_closed')
    })
  })

  it.each([
    ['another version', Buffer.from([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])],
    ['an unknown type', frame(9, 0, 1, 0)],
    [
      'a stream twice',
      Buffer.concat([frame(TYPE.window, FLAG.syn, 1001, 0), frame(TYPE.window, FLAG.syn, 1001, 0)]),
    ],
    [
      'more than the window',
      Buffer.concat([frame(TYPE.window, FLAG.syn, 1001, 0), frame(TYPE.data, 0, 1001, 262_145)]),
    ],
    [
      'two ends',
      Buffer.concat([
        frame(TYPE.window, FLAG.syn, 1001, 0),
        frame(TYPE.window, FLAG.fin, 1001, 0),
        frame(TYPE.window, FLAG.fin, 1001, 0),
      ]),
    ],
    ['an error of ours', frame(TYPE.goAway, 0, 0, 2)],
  ])('ends a session for %s as we do', async (_, bytes) => {
    await using go = await startGo(program, {
      part: 'hold',
      role: 'server',
      tap: socket => void socket.write(bytes),
    })
    expect(['remote_error', 'carrier_closed']).toContain((await go.ended).reason)
    await go.finished()
  })
})
