// From a chosen target to an attempt: what its origin is asked, and by which connections.
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { rewritePath } from '../http/rewrite.ts'
import type { Forward } from '../snapshot/snapshot.ts'
import type { Leg } from '../upstream/target.ts'
import type { RequestPlan } from '../wire/h1/write-request.ts'
import { Attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import { forwardingFields } from './forwarding.ts'
import type { Live } from './live.ts'
import { visitorMemo } from './visitor-memo.ts'

export interface SendParts {
  readonly clock: Clock
  readonly random: Random
}

/** What stays the same whichever target a request goes to. */
export interface Sending {
  readonly forward: Forward
  /** What the exchange began with. */
  readonly live: Live
  readonly parts: SendParts
  /** The protocols that the visitor may change to (upgrade.ts). */
  readonly upgrade: string | undefined
}

/** Starts an attempt. */
export function send(exchange: Exchange, leg: Leg, sending: Sending): void {
  const { live, parts } = sending
  const connections = live.connections.get(leg.profile)
  if (connections === undefined) throw new Error(`no connections for ${leg.profile.identity}`)
  exchange.leg = leg
  const health = live.health.get(leg.target)
  const attempt = new Attempt(
    exchange,
    leg,
    { connections, health },
    planOf(exchange, leg, sending),
    parts.clock,
  )
  exchange.attempt = attempt
  attempt.start()
}

function planOf(
  exchange: Exchange,
  { profile, target, requestEdits, policy }: Leg,
  { forward, live, parts, upgrade }: Sending,
): RequestPlan {
  const { side, facts } = exchange
  if (facts === undefined) throw new Error('a request that was never read is sent on')
  const { rewrite } = forward
  const rewritten = rewrite === undefined ? undefined : rewritePath(facts.path, rewrite)
  const memo = visitorMemo(side, exchange.listener)
  return {
    target: rewritten === undefined ? side.request.line.pathAndQuery : rewritten.path + facts.query,
    host: target.preserveHost && facts.authority !== '' ? facts.authority : profile.origin.hostField,
    ours: forwardingFields(side, memo, facts.client, rewritten?.removedPrefix ?? ''),
    requestIdLine: `X-Request-Id: ${exchange.requestId}\r\n`,
    edits: requestEdits,
    ownCookies: live.snapshot.ownCookies,
    policy,
    upgrade,
    webSocketKey:
      upgrade !== undefined && side.request.isConnect
        ? Buffer.from(parts.random.id(), 'hex').toString('base64')
        : undefined,
    close: profile.peer.idleTimeout === 0,
  }
}
