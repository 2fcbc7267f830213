// The life of one request between its head and its answer: facts, decision, and what the verdict asks for.
// The order of the steps is decide.ts's; this file gives it a request from the wire and carries out what it says.
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Answer } from '../http/answer.ts'
import { readFacts } from '../http/facts.ts'
import { rewritePath } from '../http/rewrite.ts'
import { commit } from '../upstream/balance.ts'
import type { Security } from '../wire/visitor-side.ts'
import { Attempt } from './attempt.ts'
import { decide } from './decide.ts'
import type { Exchange } from './exchange.ts'
import { forwardingFields, requestIdOf } from './forwarding.ts'
import { limitAt } from './limit-place.ts'
import type { Live } from './live.ts'
import { rescue } from './rescue.ts'
import { readUpgrade } from './upgrade.ts'
import type { ForwardVerdict } from './verdict.ts'
import { visitorMemo } from './visitor-memo.ts'

export interface PipelineParts {
  readonly clock: Clock
  readonly random: Random
}

const NO_BODY = Buffer.alloc(0)

/** Decides a request and starts whatever the verdict is. */
export function conduct(exchange: Exchange, live: Live, parts: PipelineParts): void {
  const { side, listener } = exchange
  const { line, authority, head } = side.request
  const memo = visitorMemo(side, listener)
  exchange.requestId = requestIdOf(side, memo, parts.random)
  const facts = readFacts(
    {
      method: line.method,
      scheme: memo.scheme,
      authority,
      target: line.pathAndQuery,
      fields: head,
      peer: side.peer,
    },
    listener.trustedProxies,
  )
  exchange.facts = facts
  const early = earlyAnswer(exchange)
  if (early !== undefined) {
    exchange.answer(early)
    return
  }
  const upgrade = readUpgrade(side)
  if (typeof upgrade === 'object') {
    exchange.answer(upgrade)
    return
  }
  const verdict = decide(listener, facts, live)
  exchange.route = verdict.route
  const tooLarge = bodyLimit(exchange)
  if (tooLarge !== undefined) {
    exchange.answer(tooLarge)
    return
  }
  if (verdict.taking !== undefined) {
    exchange.seat = commit(verdict.taking.state, verdict.taking.choice)
    exchange.target = verdict.taking.choice.target
  }
  if (verdict.kind === 'answer') exchange.answer(verdict.answer)
  else forward(exchange, verdict, live, parts, upgrade === 'websocket')
}

/** Answers that need no route. */
function earlyAnswer(exchange: Exchange): Answer | undefined {
  const { side, listener, door } = exchange
  const { maxRequestsInFlight } = listener.limits
  if (maxRequestsInFlight > 0 && (door?.inFlight ?? 0) > maxRequestsInFlight) {
    return rescue({
      code: 'overloaded',
      at: limitAt('overloaded', listener, undefined),
      detail: 'max_requests_in_flight',
    })
  }
  if (isMisdirected(side.security, exchange.facts?.host ?? '')) {
    const detail = `the connection is for ${side.security?.name}`
    return rescue({ code: 'misdirected_request', at: listener.at, detail })
  }
  if (side.request.line.target === '*')
    return { status: 204, fields: [], body: NO_BODY, reason: { code: 'options_asterisk' } }
  return undefined
}

/**
 * Whether a request came on a connection that is somebody else's (RFC 9110 7.4): the visitor asked for another name, and the
 * certificate doesn't answer for this one.
 */
function isMisdirected(security: Security | undefined, host: string): boolean {
  if (security?.name === undefined || host === '' || host === security.name) return false
  return !security.covers(host)
}

/** Sets the limit that holds for the body, the route's before the listener's; an announced length past it is refused at once. */
function bodyLimit(exchange: Exchange): Answer | undefined {
  const { route, listener, side } = exchange
  exchange.maxBodyBytes =
    route !== undefined && route.maxBodyBytes > 0 ? route.maxBodyBytes : listener.limits.maxBodyBytes
  if (exchange.maxBodyBytes === 0 || side.request.framing <= exchange.maxBodyBytes) return undefined
  const at = limitAt('body_too_large', listener, route)
  return rescue({ code: 'body_too_large', at, detail: 'Content-Length is past max_body_bytes' })
}

function forward(
  exchange: Exchange,
  verdict: ForwardVerdict,
  live: Live,
  parts: PipelineParts,
  isUpgrade: boolean,
): void {
  const { side, facts } = exchange
  const { leg } = verdict
  const { rewrite } = verdict.forward
  const connections = live.connections.get(leg.profile)
  if (connections === undefined || facts === undefined)
    throw new Error(`no connections for ${leg.profile.identity}`)
  const rewritten = rewrite === undefined ? undefined : rewritePath(facts.path, rewrite)
  const target = rewritten === undefined ? side.request.line.pathAndQuery : rewritten.path + facts.query
  const { profile, target: chosen } = leg
  const host = chosen.preserveHost && facts.authority !== '' ? facts.authority : profile.origin.hostField
  exchange.leg = leg
  const plan = {
    target,
    host,
    ours: forwardingFields(
      side,
      visitorMemo(side, exchange.listener),
      facts.client,
      rewritten?.removedPrefix ?? '',
    ),
    requestIdLine: `X-Request-Id: ${exchange.requestId}\r\n`,
    edits: leg.requestEdits,
    isUpgrade,
    webSocketKey:
      isUpgrade && side.request.isConnect
        ? Buffer.from(parts.random.id(), 'hex').toString('base64')
        : undefined,
    close: profile.peer.idleTimeout === 0,
  }
  exchange.attempt = new Attempt(exchange, leg, connections, plan, parts.clock)
  exchange.attempt.start()
}
