// The agents of the file and the tunnels that they have, across reloads. State: it lives as long as the process.
import type { Clock, Timer } from '../base/clock.ts'
import { isToken } from '../base/token.ts'
import type { Admission, Judges, Lane } from './handshake.ts'
import type { AgentMemory } from './memory.ts'
import type { MuxEnd, MuxSession } from './mux/session.ts'
import type { AgentFigures } from './probe.ts'
import type { AgentReport, AgentTerms, Hindrance, Parting, ReportedFigures, SessionRecord } from './report.ts'

/** Sessions remembered of each agent. */
const REMEMBERED = 20

interface Seat {
  readonly session: MuxSession
  readonly lane: Lane | undefined
  readonly record: SessionRecord
  /** Why it is on its way out. */
  parting: Parting | undefined
  cut: Timer | undefined
}

interface Member {
  terms: AgentTerms
  /** The newest last. */
  readonly seats: Seat[]
  readonly records: SessionRecord[]
  connects: number
  disconnects: number
  readonly partings: Map<Parting, number>
  /** Bytes of connections that are over. */
  received: number
  sent: number
  offlineSince: number | undefined
  lastReason: Parting | undefined
  figures: ReportedFigures | undefined
}

export interface Roster extends Judges {
  /** The agents of a configuration that became live. Who is gone, disabled or has another token drains and leaves. */
  adopt(agents: readonly AgentTerms[]): void
  /** A session of an agent that was let in; others of it that it replaces drain. */
  enter(admission: Admission, session: MuxSession, address: string): Entered
  /** The least busy session that takes a stream, or what hinders it. */
  session(agentId: string): MuxSession | Hindrance
  report(agentId: string): AgentReport | undefined
  readonly ids: readonly string[]
  /** What of agents that have ever connected is worth to outlive the process. */
  memories(): Iterable<AgentMemory>
  /** What an earlier process knew of an agent; nothing where the file has no such agent any more. */
  remember(memory: AgentMemory): void
  /** Every agent drains and leaves: the server stops. */
  drain(): void
}

/** What the session's life means to the roster. */
export interface Entered {
  readonly ended: (end: MuxEnd) => void
  /** The agent takes no new streams on it. */
  readonly goneAway: () => void
  /** The agent told how it is. */
  readonly reported: (figures: AgentFigures) => void
}

export interface RosterParts {
  readonly clock: Clock
  /** Milliseconds that a session's streams get when it has to go; asked at that moment. */
  readonly drainTimeout: () => number
  /** An agent takes streams from now on, or none any more. */
  readonly changed: (agentId: string, isAvailable: boolean) => void
  /** Something has happened that will be remembered. */
  readonly noted: () => void
}

/** No agents yet. */
export function openRoster({ clock, drainTimeout, changed, noted }: RosterParts): Roster {
  const members = new Map<string, Member>()
  /** Those that were said to be available. */
  const told = new Set<string>()

  const staying = (member: Member): Seat[] => member.seats.filter(({ parting }) => parting === undefined)
  const tell = (id: string): void => {
    const member = members.get(id)
    const isAvailable =
      member?.terms.enabled === true && staying(member).some(({ session }) => !session.isLeaving)
    if (told.has(id) === isAvailable) return
    if (isAvailable) told.add(id)
    else told.delete(id)
    changed(id, isAvailable)
  }
  const part = (seat: Seat, reason: Parting): void => {
    if (seat.parting !== undefined) return
    seat.parting = reason
    seat.cut = clock.after(drainTimeout(), () => seat.session.close())
    seat.session.drain()
  }
  const partAll = (member: Member, reason: Parting): void => {
    for (const seat of [...member.seats]) part(seat, reason)
  }
  const hindrance = (member: Member): Hindrance => {
    if (!member.terms.enabled) return 'disabled'
    if (member.seats.length === 0) return member.connects === 0 ? 'never_seen' : 'offline'
    return staying(member).some(({ session }) => !session.isLeaving) ? 'full' : 'draining'
  }
  const free = (member: Member): MuxSession | undefined => {
    if (!member.terms.enabled) return undefined
    let best: MuxSession | undefined
    let open = 0
    for (const { session, parting } of member.seats) {
      open += session.size
      if (parting === undefined && session.mayOpen && (best === undefined || session.size < best.size))
        best = session
    }
    // What the file says is for all connections of the agent together.
    return open < member.terms.maxStreams ? best : undefined
  }

  return {
    get ids() {
      return [...members.keys()]
    },
    credentials(agentId, token) {
      const terms = members.get(agentId)?.terms
      if (!isToken(token, terms?.tokenHash)) return 'invalid agent token'
      return terms?.enabled === true ? undefined : 'agent is disabled'
    },
    maxStreams: agentId => members.get(agentId)?.terms.maxStreams ?? 0,
    lanes(agentId, lane) {
      const member = members.get(agentId)
      if (member === undefined) return 0
      return staying(member).filter(
        seat => seat.lane?.group === lane.group && seat.lane.number !== lane.number,
      ).length
    },
    adopt(agents) {
      const named = new Map(agents.map(terms => [terms.id, terms]))
      for (const [id, member] of [...members]) {
        if (named.has(id)) continue
        members.delete(id)
        noted()
        partAll(member, 'removed')
        tell(id)
      }
      for (const [id, terms] of named) {
        const member = members.get(id)
        if (member === undefined) {
          members.set(id, {
            terms,
            seats: [],
            records: [],
            connects: 0,
            disconnects: 0,
            partings: new Map(),
            received: 0,
            sent: 0,
            offlineSince: undefined,
            lastReason: undefined,
            figures: undefined,
          })
          continue
        }
        const before = member.terms
        member.terms = terms
        if (!terms.enabled) partAll(member, 'disabled')
        else if (before.tokenHash !== terms.tokenHash) partAll(member, 'token_changed')
        tell(id)
      }
    },
    enter({ agentId, lane, version }, session, address) {
      const member = members.get(agentId)
      if (member === undefined) throw new Error(`an agent was let in that nobody knows: ${agentId}`)
      const record: SessionRecord = {
        address,
        version,
        started: clock.wall(),
        ended: undefined,
        reason: undefined,
      }
      const seat: Seat = { session, lane, record, parting: undefined, cut: undefined }
      member.seats.push(seat)
      member.records.unshift(record)
      member.records.length = Math.min(member.records.length, REMEMBERED)
      member.connects++
      noted()
      tell(agentId)
      for (const other of member.seats.filter(one => one !== seat)) {
        const isBeside =
          lane !== undefined && other.lane?.group === lane.group && other.lane.number !== lane.number
        if (!isBeside) part(other, 'replaced')
      }
      const ended = ({ reason }: MuxEnd): void => {
        seat.cut?.cancel()
        member.seats.splice(member.seats.indexOf(seat), 1)
        record.ended = clock.wall()
        record.reason = seat.parting ?? reason
        member.disconnects++
        member.lastReason = record.reason
        member.partings.set(record.reason, (member.partings.get(record.reason) ?? 0) + 1)
        member.received += session.received
        member.sent += session.sent
        if (member.seats.length === 0) member.offlineSince = record.ended
        noted()
        tell(agentId)
      }
      const reported = (figures: AgentFigures): void => {
        member.figures = { ...figures, at: clock.wall(), cpuShare: cpuShare(member.figures, figures) }
      }
      return { ended, goneAway: () => tell(agentId), reported }
    },
    session(agentId) {
      const member = members.get(agentId)
      if (member === undefined) return 'never_seen'
      return free(member) ?? hindrance(member)
    },
    report(agentId) {
      const member = members.get(agentId)
      if (member === undefined) return undefined
      const isFree = free(member) !== undefined
      const newest = member.seats.at(-1)
      const state = isFree ? 'connected' : hindrance(member)
      return {
        id: agentId,
        state: state === 'full' ? 'connected' : state,
        hindrance: isFree ? undefined : hindrance(member),
        connectedSince: newest?.record.started,
        offlineSince: newest === undefined ? member.offlineSince : undefined,
        connects: member.connects,
        disconnects: member.disconnects,
        partings: member.partings,
        lastReason: member.lastReason,
        figures: member.figures,
        lanes: member.seats.length,
        streams: member.seats.reduce((sum, { session }) => sum + session.size, 0),
        received: member.seats.reduce((sum, { session }) => sum + session.received, member.received),
        sent: member.seats.reduce((sum, { session }) => sum + session.sent, member.sent),
        roundTrip: newest?.session.roundTrip ?? 0,
        address: member.records[0]?.address ?? '',
        version: member.records[0]?.version ?? '',
        sessions: member.records,
      }
    },
    *memories() {
      for (const [id, member] of members) {
        if (member.connects === 0) continue
        const { connects, disconnects, partings, lastReason, records } = member
        const offlineSince = member.seats.length === 0 ? member.offlineSince : undefined
        yield { id, connects, disconnects, partings, offlineSince, lastReason, sessions: records }
      }
    },
    remember(memory) {
      const member = members.get(memory.id)
      if (member === undefined) return
      member.connects += memory.connects
      member.disconnects += memory.disconnects
      for (const [reason, count] of memory.partings)
        member.partings.set(reason, (member.partings.get(reason) ?? 0) + count)
      member.lastReason ??= memory.lastReason
      // Who was connected when that process ended, without a word, left with it.
      const now = clock.wall()
      member.offlineSince ??= memory.offlineSince ?? now
      const sessions = memory.sessions.map(one => ({
        ...one,
        ended: one.ended ?? now,
        reason: one.reason ?? ('stopping' as const),
      }))
      member.records.push(...sessions)
      member.records.length = Math.min(member.records.length, REMEMBERED)
    },
    drain() {
      for (const member of members.values()) partAll(member, 'stopping')
      for (const id of members.keys()) tell(id)
    },
  }
}

/** Undefined when there is nothing to compare with, or the agent has begun anew. */
function cpuShare(before: AgentFigures | undefined, now: AgentFigures): number | undefined {
  if (before === undefined) return undefined
  const seconds = now.uptimeSeconds - before.uptimeSeconds
  const spent = now.cpuSeconds - before.cpuSeconds
  return seconds > 0 && spent >= 0 ? spent / seconds : undefined
}
