// What is remembered of agents beyond the life of the process, as lines of a file: one agent a line, so that a crowd is written in
// steps, and a line that is broken costs one agent.
import { jsonMembers } from '../base/json.ts'
import type { Parting, SessionRecord } from './report.ts'

export interface AgentMemory {
  readonly id: string
  readonly connects: number
  readonly disconnects: number
  readonly partings: ReadonlyMap<Parting, number>
  /** Milliseconds since 1970; undefined while it is connected. */
  readonly offlineSince: number | undefined
  readonly lastReason: Parting | undefined
  /** The newest first. */
  readonly sessions: readonly Readonly<SessionRecord>[]
}

const PARTINGS: ReadonlySet<string> = new Set<Parting>([
  'closed',
  'carrier_closed',
  'ping_timeout',
  'protocol_error',
  'remote_error',
  'replaced',
  'disabled',
  'removed',
  'token_changed',
  'stopping',
])
const isParting = (value: unknown): value is Parting => typeof value === 'string' && PARTINGS.has(value)

/** One line, with its end. */
export function writeMemory({ partings, ...rest }: AgentMemory): string {
  return `${JSON.stringify({ ...rest, partings: Object.fromEntries(partings) })}\n`
}

const count = (value: unknown): number =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0
const moment = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && value < 8.64e15 ? value : undefined
const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 64) : '')

function sessionOf(value: unknown): SessionRecord | undefined {
  const { address, version, started, ended, reason } = (value ?? {}) as Readonly<Record<string, unknown>>
  const began = moment(started)
  return began === undefined
    ? undefined
    : {
        address: word(address),
        version: word(version),
        started: began,
        ended: moment(ended),
        reason: isParting(reason) ? reason : undefined,
      }
}

/** Undefined for a line that is none. */
export function readMemory(line: string): AgentMemory | undefined {
  const { id, connects, disconnects, partings, offlineSince, lastReason, sessions } = jsonMembers(line) ?? {}
  if (typeof id !== 'string') return undefined
  const counts = typeof partings === 'object' && partings !== null ? Object.entries(partings) : []
  return {
    id,
    connects: count(connects),
    disconnects: count(disconnects),
    partings: new Map(
      counts.flatMap(([reason, times]) => (isParting(reason) ? [[reason, count(times)]] : [])),
    ),
    offlineSince: moment(offlineSince),
    lastReason: isParting(lastReason) ? lastReason : undefined,
    sessions: Array.isArray(sessions) ? sessions.flatMap(one => sessionOf(one) ?? []) : [],
  }
}
