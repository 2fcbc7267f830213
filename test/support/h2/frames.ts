// HTTP/2 frames as bytes (RFC 9113 4): written exactly as asked, right or wrong, and read strictly.

export const TYPES: Readonly<Record<string, number>> = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  ALTSVC: 10,
  ORIGIN: 12,
  PRIORITY_UPDATE: 16,
}

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const

/** By number (RFC 9113 7). */
export const ERRORS: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** A frame; `length` is what its header says, when that should be a lie. Strings are latin1. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: string | Uint8Array = '',
  length?: number,
): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  const head = Buffer.alloc(9)
  head.writeUIntBE(length ?? bytes.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, bytes])
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Identifiers to values. */
export function settingsPayload(settings: Readonly<Record<number, number>>): Buffer {
  return Buffer.concat(
    Object.entries(settings).map(([id, value]) =>
      Buffer.concat([Buffer.from([0, Number(id)]), uint32(value)]),
    ),
  )
}

/** A payload with its padding (RFC 9113 6.1); `said` is the length that the padding claims to have. */
export function padded(payload: Uint8Array, padding: number, said: number = padding): Buffer {
  return Buffer.concat([Buffer.from([said]), payload, Buffer.alloc(padding)])
}

/** Takes whole frames off what has come so far. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  read(bytes: Buffer): readonly Frame[] {
    const held = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const frames: Frame[] = []
    let at = 0
    while (held.length - at >= 9) {
      const end = at + 9 + held.readUIntBE(at, 3)
      if (held.length < end) break
      const stream = held.readUInt32BE(at + 5)
      frames.push({
        type: held.readUInt8(at + 3),
        flags: held.readUInt8(at + 4),
        stream,
        payload: held.subarray(at + 9, end),
      })
      at = end
    }
    this.#rest = held.subarray(at)
    return frames
  }

  /** Bytes of a frame that is not complete. */
  get pending(): number {
    return this.#rest.length
  }
}
