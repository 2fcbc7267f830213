// The smallest WebSocket (RFC 6455) that echoes: enough for the demo origin, where nothing is large and nobody is malicious.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const PROOF = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const CLOSE = 8
const PING = 9
const PONG = 10
/** Longer frames end the connection: this is a demo. */
const MOST = 65_535

interface Frame {
  readonly opcode: number
  readonly isFinal: boolean
  readonly payload: Buffer
  readonly length: number
}

/** The first frame of what a visitor sent (always masked); undefined while it is incomplete. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 6) return undefined
  const first = bytes.readUInt8(0)
  const short = bytes.readUInt8(1) & 0x7f
  const start = short < 126 ? 6 : short === 126 ? 8 : 14
  if (bytes.length < start) return undefined
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (size > MOST) throw new Error('a frame is too long for the demo')
  if (bytes.length < start + size) return undefined
  const mask = bytes.subarray(start - 4, start)
  const payload = bytes.subarray(start, start + size).map((byte, index) => byte ^ mask.readUInt8(index % 4))
  return { opcode: first & 0x0f, isFinal: first >= 0x80, payload: Buffer.from(payload), length: start + size }
}

function writeFrame({ opcode, isFinal, payload }: Omit<Frame, 'length'>): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload])
  return Buffer.concat([Buffer.from([first, 126, payload.length >> 8, payload.length & 0xff]), payload])
}

/** Accepts the handshake and sends every message back; pings are answered, a close is returned. */
export function echoWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${PROOF}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let pending: Buffer = Buffer.alloc(0)
  const answer = (): void => {
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      pending = pending.subarray(frame.length)
      socket.write(writeFrame({ ...frame, opcode: frame.opcode === PING ? PONG : frame.opcode }))
      if (frame.opcode === CLOSE) socket.end()
    }
  }
  const take = (bytes: Buffer): void => {
    pending = Buffer.concat([pending, bytes])
    try {
      answer()
    } catch {
      socket.destroy()
    }
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', take)
  take(head)
}
