// The life of one request between its head and its answer: facts, decision, and what the verdict asks for.
// The order of the steps is decide.ts's; this file gives it a request from the wire and carries out what it says.
import type { Answer } from '../http/answer.ts'
import { readFacts } from '../http/facts.ts'
import { NO_RETRY } from '../upstream/retry.ts'
import type { Security } from '../wire/visitor-side.ts'
import { decide } from './decide.ts'
import type { Exchange } from './exchange.ts'
import { requestIdOf } from './forwarding.ts'
import { limitAt } from './limit-place.ts'
import type { Live } from './live.ts'
import { rescue } from './rescue.ts'
import { Retries } from './retries.ts'
import { type SendParts, send } from './send.ts'
import { readUpgrade } from './upgrade.ts'
import { visitorMemo } from './visitor-memo.ts'

const NO_BODY = Buffer.alloc(0)

/** Decides a request and starts whatever the verdict is. */
export function conduct(exchange: Exchange, live: Live, parts: SendParts): void {
  const { side, listener } = exchange
  const { line, authority, head } = side.request
  const memo = visitorMemo(side, listener, exchange.door)
  exchange.requestId = requestIdOf(side, memo, parts.random)
  const facts = readFacts(
    {
      method: line.method,
      scheme: memo.scheme,
      authority,
      target: line.pathAndQuery,
      fields: head,
      connection: side.connection,
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
  const verdict = decide(listener, facts, live, parts)
  exchange.route = verdict.route
  const upgrade = verdict.kind === 'forward' ? readUpgrade(side, verdict.leg.policy) : undefined
  if (typeof upgrade === 'object') {
    exchange.answer(upgrade)
    return
  }
  const tooLarge = bodyLimit(exchange)
  if (tooLarge !== undefined) {
    exchange.answer(tooLarge)
    return
  }
  if (verdict.taking !== undefined) exchange.take(verdict.taking)
  if (verdict.kind === 'answer') {
    exchange.answer(verdict.answer)
    return
  }
  const { forward, leg, taking } = verdict
  const sending = { forward, live, parts, upgrade }
  if (forward.retry !== undefined || forward.hasAgents)
    exchange.retries = new Retries(exchange, facts, forward.retry ?? NO_RETRY, taking.state, sending)
  send(exchange, leg, sending)
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
