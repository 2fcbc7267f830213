// A stream to an agent, and on it the first words of both sides: behind them it is a connection to an origin, or a probe.
import type { Failure } from '../base/failure.ts'
import type { ReasonCode } from '../base/reason.ts'
import type { Wheel } from '../net/wheel.ts'
import type { MuxSession } from './mux/session.ts'
import type { MuxStream } from './mux/stream.ts'
import { type FrameRead, frameReader, parseAnswer } from './preamble.ts'
import type { Hindrance } from './report.ts'
import type { Roster } from './roster.ts'

export interface Wanted {
  /** What is asked for, as a frame. */
  readonly frame: Buffer
  /** Milliseconds until the answer, 0 for ever. */
  readonly timeout: number
}

export interface Opening {
  /** Gives up; nobody is told any more. */
  cancel(): void
}

const KINDS: Readonly<Record<string, ReasonCode>> = {
  dial_failed: 'agent_dial_failed',
  dial_timeout: 'agent_dial_timeout',
  dial_forbidden: 'agent_dial_forbidden',
  agent_capacity: 'agent_capacity',
}

function failure(code: ReasonCode, detail: string): Failure {
  return { code, side: 'origin', detail }
}

function hindered(hindrance: Hindrance): Failure {
  return failure(hindrance === 'full' ? 'agent_capacity' : 'agent_disconnected', hindrance)
}

/** Called once, later: with the stream, which flows when somebody listens, or with what went wrong. */
export type Opened = (result: MuxStream | Failure) => void

/** Opens a stream to an agent on the best of its connections. */
export function openThrough(
  roster: Roster,
  wheel: Wheel,
  agentId: string,
  wanted: Wanted,
  done: Opened,
): Opening {
  return openOn(roster.session(agentId), wheel, wanted, done)
}

/** Opens a stream on one connection. */
export function openOn(
  session: MuxSession | Hindrance,
  wheel: Wheel,
  { frame, timeout }: Wanted,
  done: Opened,
): Opening {
  const stream = typeof session === 'string' ? undefined : session.open()
  if (stream === undefined) {
    let isWanted = true
    process.nextTick(() => {
      if (isWanted) done(hindered(typeof session === 'string' ? session : 'full'))
    })
    return {
      cancel() {
        isWanted = false
      },
    }
  }
  const read = frameReader()
  const deadline = wheel.deadline(() => fail(failure('connection_timeout', 'connection_timeout')))
  if (timeout > 0) deadline.arm(timeout)
  const settle = (): void => {
    deadline.release()
    stream.off('readable', onReadable).off('close', onClose).off('end', onEnd)
  }
  const fail = (why: Failure): void => {
    settle()
    stream.destroy()
    done(why)
  }
  const onReadable = (): void => {
    let found: FrameRead = 'more'
    // Until there is nothing left, or the stream would not tell of what comes next.
    for (let piece: Buffer | null = stream.read(); piece !== null; piece = stream.read()) {
      found = read(piece)
      if (found !== 'more') break
    }
    if (found === 'more') return
    const answer = found === 'too_long' ? undefined : parseAnswer(found.text)
    if (found === 'too_long' || answer === undefined) {
      fail(failure('agent_dial_failed', 'the agent gave no answer that can be understood'))
    } else if (answer.ok) {
      settle()
      if (found.rest.length > 0) stream.unshift(found.rest)
      done(stream)
    } else {
      fail(failure(KINDS[answer.kind] ?? 'agent_dial_failed', answer.detail || answer.kind))
    }
  }
  const onEnd = (): void => fail(failure('agent_dial_failed', 'the agent ended the stream without an answer'))
  const onClose = (): void => {
    const why = stream.errored?.message ?? 'the stream was closed'
    fail(failure('agent_disconnected', why))
  }
  stream.on('readable', onReadable).on('close', onClose).on('end', onEnd)
  stream.write(frame)
  return {
    cancel() {
      settle()
      stream.destroy()
    },
  }
}
