// Whether a request may ask for another protocol, a WebSocket by default, and whether its answer changes to it (RFC 9110 7.8,
// RFC 6455 4, RFC 8441, design engine, "Wire").
import type { Reason } from '../base/reason.ts'
import type { Answer } from '../http/answer.ts'
import { refuse } from '../http/refusal.ts'
import type { RequestPolicy } from '../http/request-policy.ts'
import { acceptOf, isWebSocketKey } from '../http/websocket.ts'
import { withoutBlanks } from '../wire/h1/grammar.ts'
import { FIELD } from '../wire/h1/names.ts'
import type { RequestPlan } from '../wire/h1/write-request.ts'
import type { OriginSide } from '../wire/origin-side.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'
import type { Exchange } from './exchange.ts'

/**
 * The protocols to change to, in lower case; undefined for a request that goes on without its upgrade fields. An answer refuses it:
 * 400 for a WebSocket handshake with a body, whose bytes two parsers could take for a next request; 426 for a version other than
 * 13; 501 for a WebSocket over HTTP/2 where nobody may change the protocol, as nothing would be left of it to go on.
 */
export function readUpgrade(side: VisitorSide, policy: RequestPolicy): string | undefined | Answer {
  const { request, connection } = side
  const { head, line } = request
  if (request.isConnect) return policy.upgrades === 'deny' ? refuse(501, denied(policy)) : readVersion(side)
  if (head.counts[FIELD.upgrade] === 0 || policy.upgrades === 'deny') return undefined
  if (line.isHttp10 || !connection.upgrade) return undefined
  if (policy.upgrades === 'preserve') return head.allKnown(FIELD.upgrade).join(',').toLowerCase() || undefined
  if (line.method !== 'GET' || head.counts[FIELD.upgrade] !== 1) return undefined
  if (head.known(FIELD.upgrade)?.toLowerCase() !== 'websocket') return undefined
  if (!isWebSocketKey(head.known(FIELD.webSocketKey) ?? '')) return undefined
  return head.counts[FIELD.webSocketVersion] === 0 ? undefined : readVersion(side)
}

function denied({ at }: RequestPolicy): Reason {
  return { ...reason('unsupported_protocol', 'h1_upgrade: deny'), ...(at === undefined ? {} : { at }) }
}

function readVersion({ request: { head, hasBody } }: VisitorSide): 'websocket' | Answer {
  if (hasBody) return refuse(400, reason('bad_request', 'a WebSocket handshake with a body'))
  if (head.known(FIELD.webSocketVersion) === '13') return 'websocket'
  return refuse(426, reason('upgrade_required', 'a WebSocket version other than 13'), [
    ['Sec-WebSocket-Version', '13'],
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ])
}

/** What is wrong with an origin's word that the protocol changes now; undefined when it may. */
export function upgradeFlaw(
  { isRequestEnded, side }: Pick<Exchange, 'isRequestEnded' | 'side'>,
  origin: OriginSide,
  plan: RequestPlan,
): string | undefined {
  const { head, line } = origin.response
  const { upgrade } = plan
  if (upgrade === undefined) return 'a 101 that nobody asked for'
  // The 200 of an extended CONNECT names neither the protocol nor a key.
  if (line.status === 200) return undefined
  if (!origin.connection.upgrade || !isAsked(head.allKnown(FIELD.upgrade), upgrade))
    return 'a 101 for another protocol'
  if (!isRequestEnded && !side.request.isConnect) return 'a 101 before the request was through'
  // With a key of the visitor's, it is the visitor who checks the answer.
  const { webSocketKey } = plan
  if (webSocketKey === undefined || head.known(FIELD.webSocketAccept) === acceptOf(webSocketKey))
    return undefined
  return 'a Sec-WebSocket-Accept that does not fit the key'
}

/** Whether an origin goes on in protocols that were asked for (RFC 9110 7.8). */
function isAsked(answered: readonly string[], asked: string): boolean {
  const wanted = asked.split(',').map(withoutBlanks)
  const chosen = answered.flatMap(value => value.toLowerCase().split(',')).map(withoutBlanks)
  return chosen.length > 0 && chosen.every(protocol => protocol !== '' && wanted.includes(protocol))
}

/** What is wrong with an answer that changes no protocol: to an extended CONNECT every 2xx says that it does (RFC 9110 9.3.6). */
export function answerFlaw({ request }: VisitorSide, { response }: OriginSide): string | undefined {
  const { status } = response.line
  return request.isConnect && status >= 200 && status < 300 ? `a ${status} in place of a 101` : undefined
}

function reason(code: Reason['code'], detail: string): Reason {
  return { code, detail }
}
