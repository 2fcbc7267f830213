// The agents as the engine asks for them, over the roster: who can be gone through, and a stream through one.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { hostPort } from '../base/host-port.ts'
import type { Random } from '../base/random.ts'
import { startWheel } from '../net/wheel.ts'
import type { Log } from '../observe/log.ts'
import { Attempts } from '../state/attempts.ts'
import { acceptTunnel, type Caller, refuseTunnel, type TunnelParts } from './accept.ts'
import type { Agents } from './agents.ts'
import { type Examination, examine } from './examine.ts'
import type { Rejection } from './handshake.ts'
import { keepRoster } from './kept-roster.ts'
import { READ_BYTES } from './mux/terms.ts'
import { openThrough } from './open.ts'
import { writeOpen } from './preamble.ts'
import type { AgentReport, Hindrance } from './report.ts'
import { openRoster } from './roster.ts'

export interface Reach extends Agents {
  /** Takes the connection of somebody who asks to become a tunnel. */
  accept(request: IncomingMessage, socket: Duplex, early: Buffer, caller: Caller): void
  /** What to tell somebody who asks for the tunnel's path in any other way. */
  refuse(request: Pick<IncomingMessage, 'method' | 'headers'>, caller: Caller): Rejection
  report(id: string): AgentReport | undefined
  /** Looks at an agent through its tunnel, and at an origin behind it (`host:port`) when one is named. */
  examine(id: string, address: string | undefined): Promise<Examination | Hindrance>
  /** What is remembered of agents is kept in that folder from now on. */
  keepIn(folder: string): Promise<void>
  /** What isn't kept yet is. */
  close(): Promise<void>
  /** Every agent drains and leaves. */
  drain(): void
}

export interface ReachParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Milliseconds that the streams of a session that has to go may still take; asked when it begins to leave. */
  readonly drainTimeout: () => number
  readonly pings: TunnelParts['pings']
}

/** Nobody is connected yet. */
export function openReach({ clock, random, log, drainTimeout, pings }: ReachParts): Reach {
  const wheel = startWheel(clock)
  let changed: (id: string) => void = () => undefined
  const kept = keepRoster(() => roster, { clock, log })
  const roster = openRoster({
    clock,
    drainTimeout,
    changed: id => changed(id),
    noted: () => kept.changed(),
  })
  const attempts = new Attempts(clock)
  const parts: TunnelParts = {
    clock,
    wheel,
    log,
    roster,
    attempts,
    pings,
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
  }
  return {
    accept: (request, socket, early, caller) => acceptTunnel(request, socket, early, caller, parts),
    refuse: (request, caller) => refuseTunnel(request, caller, parts),
    report: id => roster.report(id),
    examine: (id, address) => examine(id, address, { roster, wheel, clock, random }),
    keepIn: folder => kept.in(folder),
    close: () => kept.close(),
    drain: () => roster.drain(),
    follow: agents => roster.adopt([...agents.values()]),
    watch(call) {
      changed = call
    },
    objection: id => objectionOf(roster.report(id)),
    open(agent, host, port, ears) {
      ears.begin()
      // The dial has a time limit of its own.
      const wanted = { frame: writeOpen(random.id(), hostPort(host, port)), timeout: 0 }
      return openThrough(roster, wheel, agent, wanted, result => {
        if ('code' in result) {
          ears.failed(result)
          return
        }
        // Our codec uses up what it reads, and Node's copies what comes from a stream that is no socket of the system's.
        result.lends = true
        ears.connected(result as unknown as Socket)
      })
    },
  }
}

/** In words for people. */
function objectionOf(report: AgentReport | undefined): string | undefined {
  if (report === undefined) return 'no longer in the file'
  switch (report.hindrance) {
    case undefined:
    case 'full':
      return undefined
    case 'never_seen':
      return 'it has never connected'
    case 'offline':
      return `offline since ${new Date(report.offlineSince ?? 0).toISOString()}: ${report.lastReason ?? 'closed'}`
    default:
      return report.hindrance
  }
}
