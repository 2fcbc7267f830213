// The server's end of a tunnel's beginning: an upgrade request becomes a session on the roster, or is told why not.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Wheel } from '../net/wheel.ts'
import type { Log } from '../observe/log.ts'
import type { Attempts } from '../state/attempts.ts'
import {
  type Admission,
  type Certified,
  judge,
  type Rejection,
  refusing,
  switching,
  UPGRADE_REQUIRED,
} from './handshake.ts'
import { MuxSession } from './mux/session.ts'
import { DEFAULT_TERMS } from './mux/terms.ts'
import { followReports } from './reports.ts'
import type { Roster } from './roster.ts'

/** How often an agent is asked whether it is there, and how long it may take to answer. Milliseconds. */
export interface Pings {
  readonly pingInterval: number
  readonly pingTimeout: number
}

/** Who asks for the tunnel's path. */
export interface Caller {
  readonly peer: string
  readonly certified: Certified
}

export interface TunnelParts {
  readonly clock: Clock
  readonly wheel: Wheel
  readonly log: Log
  readonly roster: Roster
  readonly attempts: Attempts
  /** What all tunnels read into; without one each read is given memory of its own. */
  readonly buffer?: Buffer
  /** Asked for every session that begins; undefined for the usual ones. */
  readonly pings: () => Pings | undefined
}

function admit(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  { peer: address, certified }: Caller,
  { attempts, log, roster }: TunnelParts,
): Admission | Rejection {
  if (attempts.wait(address) > 0)
    return { ok: false, status: 429, text: 'too many attempts', isLegacy: false }
  const verdict = judge({ method: request.method ?? '', fields: request.headers, certified }, roster)
  if (verdict.ok) attempts.succeeded(address)
  else if (verdict.status === 401) {
    attempts.failed(address)
    log.warn('tunnel/refused', { address, why: verdict.text })
  } else if (verdict.isLegacy) log.warn('tunnel/legacy-agent', { address })
  return verdict
}

/** What to answer to a request for the tunnel's path that asks for no upgrade. */
export function refuseTunnel(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  caller: Caller,
  parts: TunnelParts,
): Rejection {
  const verdict = admit(request, caller, parts)
  return verdict.ok ? { ok: false, status: 400, text: UPGRADE_REQUIRED, isLegacy: false } : verdict
}

/** Takes the connection of an upgrade request for the tunnel's path. `early`: what came behind its head. */
export function acceptTunnel(
  request: IncomingMessage,
  socket: Duplex,
  early: Buffer,
  caller: Caller,
  parts: TunnelParts,
): void {
  const verdict = admit(request, caller, parts)
  socket.on('error', () => undefined)
  if (!verdict.ok) socket.end(refusing(verdict))
  // Whoever speaks before the 101 doesn't wait for it, and may mean something else.
  else if (early.length > 0) {
    const text = 'nothing may be sent before the 101'
    socket.end(refusing({ ok: false, status: 400, text, isLegacy: false }))
  } else begin(verdict, socket, caller.peer, parts)
}

function begin(admission: Admission, socket: Duplex, address: string, parts: TunnelParts): void {
  const { clock, log, roster, wheel, pings, buffer } = parts
  const { agentId: agent, maxStreams, version } = admission
  untimed(socket)
  socket.write(switching(admission))
  const session: MuxSession = new MuxSession(
    socket,
    'server',
    { ...DEFAULT_TERMS, maxStreams, ...pings() },
    { clock, wheel, ...(buffer === undefined ? {} : { buffer }) },
    {
      goneAway: () => entered.goneAway(),
      ended(end) {
        reports?.stop()
        entered.ended(end)
        log.info('tunnel/disconnected', { agent, address, reason: end.reason, detail: end.detail })
      },
    },
  )
  const entered = roster.enter(admission, session, address)
  // One of several connections is enough to ask on.
  const isAsked = admission.lane === undefined || admission.lane.number === 0
  const reports = isAsked ? followReports(session, { clock, wheel }, entered.reported) : undefined
  log.info('tunnel/connected', { agent, address, version })
}

/** Nobody else times the connection. */
function untimed(socket: Duplex): void {
  if ('setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(0)
}
