// A look at an agent from the server's end (`p2pstream agents doctor`): how far away it is, how much passes each way, and whether it
// reaches an origin. Everything goes through its tunnel, beside the traffic that is there.
import type { Clock } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Random } from '../base/random.ts'
import type { Wheel } from '../net/wheel.ts'
import type { MuxSession } from './mux/session.ts'
import type { MuxStream } from './mux/stream.ts'
import { openOn } from './open.ts'
import { writeOpen } from './preamble.ts'
import { writeProbe } from './probe.ts'
import type { Hindrance } from './report.ts'
import type { Roster } from './roster.ts'

/** What passed one way. */
export type Throughput =
  | { readonly ok: true; readonly bytes: number /** Milliseconds. */; readonly took: number }
  | { readonly ok: false; readonly why: string }

export interface Dial {
  /** `host:port` */
  readonly address: string
  /** Milliseconds until there was an answer. */
  readonly took: number
  /** Undefined: connected. */
  readonly failure: Failure | undefined
}

export interface Examination {
  /** Milliseconds each. */
  readonly roundTrips: readonly number[]
  readonly toAgent: Throughput
  readonly fromAgent: Throughput
  /** Undefined when none was asked for. */
  readonly dial: Dial | undefined
}

export interface ExamineParts {
  readonly roster: Roster
  readonly wheel: Wheel
  readonly clock: Clock
  readonly random: Random
}

const PINGS = 10
/** Milliseconds: for one answer, for bytes to be given to one way, and for the last of them to arrive. */
const PATIENCE = 10_000
const GIVING = 3_000
/** At most so many bytes each way. */
const AMOUNT = 64 * 1024 * 1024
const PIECE: Buffer = Buffer.alloc(64 * 1024)

/** Looks at one agent, at most for about three times ten seconds; the hindrance when no stream can be opened to it. */
export async function examine(
  agentId: string,
  address: string | undefined,
  parts: ExamineParts,
): Promise<Examination | Hindrance> {
  const session = parts.roster.session(agentId)
  if (typeof session === 'string') return session
  return {
    roundTrips: await roundTripsOf(session, parts),
    toAgent: await give(session, parts),
    fromAgent: await take(session, parts),
    dial: address === undefined ? undefined : await dialOf(session, address, parts),
  }
}

async function roundTripsOf(session: MuxSession, { clock }: ExamineParts): Promise<readonly number[]> {
  const all: number[] = []
  while (all.length < PINGS) {
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    session.ping(resolve)
    const limit = clock.after(PATIENCE, () => resolve(undefined))
    const took = await promise
    limit.cancel()
    if (took === undefined) return all
    all.push(took)
  }
  return all
}

function opened(session: MuxSession, frame: Buffer, { wheel }: ExamineParts): Promise<MuxStream | Failure> {
  return new Promise(resolve => {
    openOn(session, wheel, { frame, timeout: PATIENCE }, resolve)
  })
}

const isFailure = (result: MuxStream | Failure): result is Failure => 'code' in result

function unable({ code, detail }: Failure): Throughput {
  const why =
    code === 'agent_dial_failed' ? 'this agent measures nothing: it is older, or of another make' : detail
  return { ok: false, why }
}

/** Reads what the agent sends, for as long as is given to it. */
async function take(session: MuxSession, parts: ExamineParts): Promise<Throughput> {
  const { clock, random } = parts
  const stream = await opened(session, writeProbe(random.id(), { kind: 'source', bytes: AMOUNT }), parts)
  if (isFailure(stream)) return unable(stream)
  const started = clock.now()
  let bytes = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const limit = clock.after(GIVING, resolve)
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  stream.once('end', resolve).once('close', resolve)
  await promise
  const took = clock.now() - started
  limit.cancel()
  const isCut = stream.errored !== null
  stream.destroy()
  return isCut ? { ok: false, why: 'the tunnel broke' } : { ok: true, bytes, took }
}

/** Sends for as long as is given to it, and waits until the agent has read the last byte: it ends its side then. */
async function give(session: MuxSession, parts: ExamineParts): Promise<Throughput> {
  const { clock, random } = parts
  const stream = await opened(session, writeProbe(random.id(), { kind: 'sink' }), parts)
  if (isFailure(stream)) return unable(stream)
  const started = clock.now()
  let bytes = 0
  let isRead = false
  const { promise, resolve } = Promise.withResolvers<void>()
  const limit = clock.after(GIVING + PATIENCE, resolve)
  const more = (): void => {
    while (bytes < AMOUNT && clock.now() - started < GIVING) {
      bytes += PIECE.length
      if (!stream.write(PIECE)) return
    }
    stream.off('drain', more)
    stream.end()
  }
  stream.on('drain', more).resume()
  stream.once('end', () => {
    isRead = true
    resolve()
  })
  stream.once('close', resolve)
  more()
  await promise
  const took = clock.now() - started
  limit.cancel()
  stream.destroy()
  return isRead ? { ok: true, bytes, took } : { ok: false, why: 'the agent did not read to the end in time' }
}

async function dialOf(session: MuxSession, address: string, parts: ExamineParts): Promise<Dial> {
  const { clock, random } = parts
  const started = clock.now()
  const stream = await opened(session, writeOpen(random.id(), address), parts)
  const took = clock.now() - started
  if (isFailure(stream)) return { address, took, failure: stream }
  stream.destroy()
  return { address, took, failure: undefined }
}
