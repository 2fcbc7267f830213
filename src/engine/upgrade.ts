// Whether a request is a WebSocket handshake that may go on as one (RFC 6455 4.1, design engine, "Wire").
import type { Reason } from '../base/reason.ts'
import type { Answer } from '../http/answer.ts'
import { refuse } from '../http/refusal.ts'
import { FIELD } from '../wire/h1/names.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'

const KEY = /^[A-Za-z0-9+/]{22}==$/

/**
 * `plain`: no handshake, or an upgrade to something else: goes on without its upgrade fields. An answer refuses it: 400 for a
 * handshake with a body, whose bytes two parsers could take for a next request; 426 for a version other than 13.
 */
export function readUpgrade(side: VisitorSide): 'plain' | 'websocket' | Answer {
  const { head, line, hasBody } = side.request
  if (head.counts[FIELD.upgrade] === 0 || line.isHttp10 || line.method !== 'GET' || !side.connection.upgrade)
    return 'plain'
  const isWebSocket =
    head.counts[FIELD.upgrade] === 1 && head.known(FIELD.upgrade)?.toLowerCase() === 'websocket'
  if (!isWebSocket || !KEY.test(head.known(FIELD.webSocketKey) ?? '')) return 'plain'
  const version = head.known(FIELD.webSocketVersion)
  if (version === undefined) return 'plain'
  if (hasBody) return refuse(400, reason('bad_request', 'a WebSocket handshake with a body'))
  if (version === '13') return 'websocket'
  return refuse(426, reason('upgrade_required', 'a WebSocket version other than 13'), [
    ['Sec-WebSocket-Version', '13'],
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ])
}

function reason(code: Reason['code'], detail: string): Reason {
  return { code, detail }
}
