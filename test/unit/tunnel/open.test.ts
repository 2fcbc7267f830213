import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import type { Failure } from '../../../src/base/failure.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { MuxSession } from '../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS } from '../../../src/tunnel/mux/terms.ts'
import { openOn } from '../../../src/tunnel/open.ts'
import { MAX_FRAME, writeAnswer, writeOpen } from '../../../src/tunnel/preamble.ts'
import { handClock } from '../../support/clock.ts'
import { memoryLink } from '../../support/mux/link.ts'
import { all } from '../../support/mux/peer.ts'

/** A server's session, whose agent answers each stream as `answer` does. */
function world(answer: (stream: MuxStream) => void) {
  const clock = handClock()
  const wheel = startWheel(clock)
  const [near, far] = memoryLink(waiting => waiting)
  const parts = { clock, wheel }
  const server = new MuxSession(near, 'server', DEFAULT_TERMS, parts, { ended: () => undefined })
  new MuxSession(far, 'client', DEFAULT_TERMS, parts, { accepted: answer, ended: () => undefined })
  const open = (timeout = 0): Promise<MuxStream | Failure> =>
    new Promise(resolve => {
      openOn(server, wheel, { frame: writeOpen('r', 'a.test:1'), timeout }, resolve)
    })
  return { clock, server, open }
}

const codeOf = (result: MuxStream | Failure): string => ('side' in result ? result.code : 'a stream')

describe('opening a stream to an agent', () => {
  // The seed's agent writes the length and the answer by themselves.
  it.each([1, 4, 7])(
    'takes an answer that comes in pieces of %i bytes, and leaves alone what stands behind it',
    async size => {
      const bytes = Buffer.concat([writeAnswer({ ok: true }), Buffer.from('what follows')])
      const { open } = world(async stream => {
        for (let at = 0; at < bytes.length; at += size) {
          stream.write(bytes.subarray(at, at + size))
          await nextTurn()
        }
        stream.end()
      })
      const stream = await open()
      if ('side' in stream) throw new Error(stream.detail)
      expect((await all(stream)).toString()).toBe('what follows')
    },
  )

  it.each<readonly [string, Buffer, string]>([
    ['a refusal', writeAnswer({ ok: false, kind: 'dial_forbidden', detail: 'x' }), 'agent_dial_forbidden'],
    ['a kind that nobody knows', writeAnswer({ ok: false, kind: 'tired', detail: '' }), 'agent_dial_failed'],
    ['what is no answer', Buffer.from('\0\0\0\x02[]'), 'agent_dial_failed'],
    ['a frame that is too long', Buffer.from([0, 0, (MAX_FRAME >> 8) + 1, 0]), 'agent_dial_failed'],
    ['nothing, and its end', Buffer.alloc(0), 'agent_dial_failed'],
  ])('fails with %s', async (_, bytes, code) => {
    const { open, server } = world(stream => void stream.end(bytes))
    expect(codeOf(await open())).toBe(code)
    await nextTurn()
    expect(server.isLeaving).toBe(false)
  })

  it('fails when its time is over, and with the session', async () => {
    const { open, clock, server } = world(() => undefined)
    const late = open(1_000)
    await clock.windAsync(1_300)
    expect(codeOf(await late)).toBe('connection_timeout')
    const cut = open()
    server.close()
    expect(codeOf(await cut)).toBe('agent_disconnected')
  })
})
