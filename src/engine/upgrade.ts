// Whether a request is a WebSocket handshake that may go on as one, and whether its answer is one (RFC 6455 4, RFC 8441,
// design engine, "Wire").
import type { Reason } from '../base/reason.ts'
import type { Answer } from '../http/answer.ts'
import { refuse } from '../http/refusal.ts'
import { acceptOf, isWebSocketKey } from '../http/websocket.ts'
import { FIELD } from '../wire/h1/names.ts'
import type { RequestPlan } from '../wire/h1/write-request.ts'
import type { OriginSide } from '../wire/origin-side.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'

/**
 * `plain`: no handshake, or an upgrade to something else: goes on without its upgrade fields. An answer refuses it: 400 for a
 * handshake with a body, whose bytes two parsers could take for a next request; 426 for a version other than 13.
 */
export function readUpgrade(side: VisitorSide): 'plain' | 'websocket' | Answer {
  if (side.request.isConnect) return readVersion(side)
  const { head, line } = side.request
  if (head.counts[FIELD.upgrade] === 0 || line.isHttp10 || line.method !== 'GET' || !side.connection.upgrade)
    return 'plain'
  const isWebSocket =
    head.counts[FIELD.upgrade] === 1 && head.known(FIELD.upgrade)?.toLowerCase() === 'websocket'
  if (!isWebSocket || !isWebSocketKey(head.known(FIELD.webSocketKey) ?? '')) return 'plain'
  return head.counts[FIELD.webSocketVersion] === 0 ? 'plain' : readVersion(side)
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
export function upgradeFlaw(origin: OriginSide, plan: RequestPlan): string | undefined {
  const { head, line } = origin.response
  if (!plan.isUpgrade) return 'a 101 that nobody asked for'
  // The 200 of an extended CONNECT names neither the protocol nor a key.
  if (line.status === 200) return undefined
  if (!origin.connection.upgrade || head.known(FIELD.upgrade)?.toLowerCase() !== 'websocket')
    return 'a 101 for another protocol'
  // With a key of the visitor's, it is the visitor who checks the answer.
  const { webSocketKey } = plan
  if (webSocketKey === undefined || head.known(FIELD.webSocketAccept) === acceptOf(webSocketKey))
    return undefined
  return 'a Sec-WebSocket-Accept that does not fit the key'
}

/** What is wrong with an answer that changes no protocol: to an extended CONNECT every 2xx says that it does (RFC 9110 9.3.6). */
export function answerFlaw({ request }: VisitorSide, { response }: OriginSide): string | undefined {
  const { status } = response.line
  return request.isConnect && status >= 200 && status < 300 ? `a ${status} in place of a 101` : undefined
}

function reason(code: Reason['code'], detail: string): Reason {
  return { code, detail }
}
