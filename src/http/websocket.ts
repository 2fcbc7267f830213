// The two fields by which both ends of a WebSocket handshake know each other (RFC 6455 4).
import { createHash } from 'node:crypto'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const KEY = /^[A-Za-z0-9+/]{22}==$/

/** Whether a text may be a Sec-WebSocket-Key: 16 bytes in base64. */
export function isWebSocketKey(text: string): boolean {
  return KEY.test(text)
}

/** The Sec-WebSocket-Accept that answers a key. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`, 'latin1').digest('base64')
}
