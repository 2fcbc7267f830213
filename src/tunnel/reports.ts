// Asks an agent on one connection how it is, again and again, until the connection is over or the agent shows that it doesn't know.
import type { Clock, Timer } from '../base/clock.ts'
import type { Wheel } from '../net/wheel.ts'
import type { MuxSession } from './mux/session.ts'
import type { MuxStream } from './mux/stream.ts'
import { openOn } from './open.ts'
import { frameReader } from './preamble.ts'
import { type AgentFigures, readFigures, writeProbe } from './probe.ts'

/** Milliseconds between two questions, and for an answer. */
const INTERVAL = 20_000
const PATIENCE = 10_000

const QUESTION = writeProbe('report', { kind: 'report' })

/** Asks at once, then every twenty seconds; `stop` ends it. */
export function followReports(
  session: MuxSession,
  { clock, wheel }: { readonly clock: Clock; readonly wheel: Wheel },
  told: (figures: AgentFigures) => void,
): { stop(): void } {
  let timer: Timer | undefined
  let isOver = false
  const later = (): void => {
    if (!isOver) timer = clock.after(INTERVAL, ask)
  }
  function ask(): void {
    // The last stream is for somebody who needs it.
    if (session.room < 2) {
      later()
      return
    }
    openOn(session, wheel, { frame: QUESTION, timeout: PATIENCE }, result => {
      // An agent of another make answers that it doesn't understand.
      if ('code' in result && result.code === 'agent_dial_failed') return
      if (!('code' in result)) hear(result)
      later()
    })
  }
  function hear(stream: MuxStream): void {
    const read = frameReader()
    const limit = wheel.deadline(() => stream.destroy())
    limit.arm(PATIENCE)
    stream.once('close', () => limit.release())
    stream.on('data', (piece: Buffer) => {
      const found = read(piece)
      if (found === 'more') return
      const figures = found === 'too_long' ? undefined : readFigures(found.text)
      if (figures !== undefined && !isOver) told(figures)
      stream.removeAllListeners('data').destroy()
    })
    stream.once('end', () => stream.destroy())
  }
  ask()
  return {
    stop() {
      isOver = true
      timer?.cancel()
    },
  }
}
