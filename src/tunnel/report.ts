// What an agent's life has been, remembered across reloads.
import type { Agent } from './agent.ts'
import type { AgentFigures } from './probe.ts'

/** What the file says of it, as far as its sessions are concerned. */
export type AgentTerms = Pick<Agent, 'id' | 'enabled' | 'tokenHash' | 'maxStreams'>

/** Why a session is over: the mux's reasons, and those of the roster. */
export type Parting =
  | 'closed'
  | 'carrier_closed'
  | 'ping_timeout'
  | 'protocol_error'
  | 'remote_error'
  | 'replaced'
  | 'disabled'
  | 'removed'
  | 'token_changed'
  | 'stopping'

/** One connection that an agent has, or had. Times are milliseconds since 1970. */
export interface SessionRecord {
  readonly address: string
  readonly version: string
  readonly started: number
  /** Undefined while it lasts. */
  ended: number | undefined
  reason: Parting | undefined
}

export type AgentState = 'connected' | 'draining' | 'offline' | 'disabled' | 'never_seen'

/** Why no stream can be opened to an agent, one reason. */
export type Hindrance = 'disabled' | 'never_seen' | 'offline' | 'draining' | 'full'

export interface ReportedFigures extends AgentFigures {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Since the report before, of one processor; undefined for the first. */
  readonly cpuShare: number | undefined
}

export interface AgentReport {
  readonly id: string
  readonly state: AgentState
  /** Why it takes no stream now; undefined when it does. */
  readonly hindrance: Hindrance | undefined
  /** Of the newest connection, in milliseconds since 1970; undefined when it has none. */
  readonly connectedSince: number | undefined
  readonly offlineSince: number | undefined
  readonly connects: number
  readonly disconnects: number
  /** How often for which reason. */
  readonly partings: ReadonlyMap<Parting, number>
  readonly lastReason: Parting | undefined
  /** Its connections to the server. */
  readonly lanes: number
  /** Open over all of them. */
  readonly streams: number
  /** Bytes of its tunnels, all that there were: from it, and to it. */
  readonly received: number
  readonly sent: number
  /** Milliseconds, 0 when none was measured. */
  readonly roundTrip: number
  readonly address: string
  readonly version: string
  /** What it said of itself last; undefined when it never did. */
  readonly figures: ReportedFigures | undefined
  /** The newest first, at most 20. */
  readonly sessions: readonly Readonly<SessionRecord>[]
}
