// An HTTP/2 visitor made of frames: sends exactly what the test writes, in whatever order, and remembers all that comes back.
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Field, fieldValue } from '../incoming.ts'
import { until } from '../until.ts'
import {
  ERRORS,
  FLAG,
  type Frame,
  FrameReader,
  frame,
  PREFACE,
  settingsPayload,
  TYPES,
  uint32,
} from './frames.ts'
import { HpackReader } from './hpack-read.ts'

/** What came back on one stream. */
export interface StreamSeen {
  /** Every field section, in order: interim responses, the response, trailers. */
  readonly sections: (readonly Field[])[]
  body: Buffer[]
  /** END_STREAM has come. */
  isEnded: boolean
  /** The code of RST_STREAM. */
  reset: number | undefined
}

export interface H2Peer extends AsyncDisposable {
  readonly socket: Socket
  readonly frames: readonly Frame[]
  readonly streams: ReadonlyMap<number, StreamSeen>
  /** The code of the last GOAWAY. */
  readonly goaway: number | undefined
  readonly isClosed: boolean
  /** Strings are latin1. Never rejects: that the other side is gone shows in `isClosed`. */
  send(bytes: string | Uint8Array): Promise<void>
  /** A PING of its own, and whether its answer came before the connection ended. */
  answersPing(limit?: number): Promise<boolean>
  /** Reads nothing more from the kernel, until `release`. */
  hold(): void
  release(): void
}

export interface PeerSetting {
  readonly port: number
  /** Over TLS, with ALPN h2; the certificate is not looked at. */
  readonly isTls?: boolean
  /** Sent behind the preface; undefined: neither preface nor SETTINGS, nor what would answer the other side's frames. */
  readonly settings: Readonly<Record<number, number>> | undefined
  /** Grants back every byte of DATA that comes. */
  readonly grants?: boolean
  /** Keeps its side open when the other side closes its own. */
  readonly clings?: boolean
}

/** How a stream ended, in one word or two: `200`, `reset CANCEL`, `200 reset NO_ERROR` (cut behind its head), `open`. */
export function outcomeOf(seen: StreamSeen | undefined): string {
  const status = seen?.sections.map(fields => fieldValue(fields, ':status')).findLast(Boolean) ?? ''
  if (seen?.isEnded) return status
  if (seen?.reset === undefined) return `${status} open`.trimStart()
  return `${status} reset ${ERRORS[seen.reset] ?? seen.reset}`.trimStart()
}

function open({ port, isTls = false, clings = false }: PeerSetting): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, allowHalfOpen: clings }
    const socket = isTls
      ? connectTls({ ...to, ALPNProtocols: ['h2'], rejectUnauthorized: false, servername: 'a.test' }, opened)
      : connect(to, opened)
    function opened(): void {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      socket.setNoDelay(true)
      resolve(socket)
    }
    socket.once('error', reject)
  })
}

/** Connects; throws when refused. */
export async function connectH2(setting: PeerSetting): Promise<H2Peer> {
  const { settings, grants = true, clings = false } = setting
  const socket = await open(setting)
  const frames: Frame[] = []
  const streams = new Map<number, StreamSeen>()
  const reader = new FrameReader()
  const hpack = new HpackReader()
  let fieldBlock = Buffer.alloc(0)
  let goaway: number | undefined
  let isClosed = false
  let pings = 0
  const send = (bytes: string | Uint8Array): Promise<void> =>
    new Promise(resolve => {
      if ((isClosed && !clings) || !socket.writable) return resolve()
      const gone = (): void => resolve()
      socket.once('close', gone)
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => {
        socket.off('close', gone)
        resolve()
      })
    })
  const seenOn = (stream: number): StreamSeen => {
    const seen = streams.get(stream) ?? { sections: [], body: [], isEnded: false, reset: undefined }
    streams.set(stream, seen)
    return seen
  }
  const take = (came: Frame): void => {
    const { type, flags, stream, payload } = came
    frames.push(came)
    if (type === TYPES['SETTINGS'] && (flags & FLAG.ack) === 0 && settings !== undefined)
      send(frame(4, FLAG.ack, 0))
    if (type === TYPES['PING'] && (flags & FLAG.ack) === 0) send(frame(6, FLAG.ack, 0, payload))
    if (type === TYPES['GOAWAY']) goaway = payload.readUInt32BE(4)
    if (type === TYPES['RST_STREAM']) seenOn(stream).reset ??= payload.readUInt32BE(0)
    if (type === TYPES['DATA']) {
      seenOn(stream).body.push(payload)
      if (grants && payload.length > 0) {
        const more = uint32(payload.length)
        send(
          Buffer.concat([
            frame(8, 0, 0, more),
            ...(flags & FLAG.endStream ? [] : [frame(8, 0, stream, more)]),
          ]),
        )
      }
    }
    if (type === TYPES['HEADERS'] || type === TYPES['CONTINUATION']) {
      fieldBlock = Buffer.concat([fieldBlock, payload])
      if ((flags & FLAG.endHeaders) !== 0) {
        seenOn(stream).sections.push(hpack.read(fieldBlock))
        fieldBlock = Buffer.alloc(0)
      }
    }
    const mayEnd = type === TYPES['DATA'] || type === TYPES['HEADERS']
    if (mayEnd && (flags & FLAG.endStream) !== 0) seenOn(stream).isEnded = true
  }
  socket.on('data', (bytes: Buffer) => reader.read(bytes).forEach(take))
  socket.on('end', () => {
    isClosed = true
  })
  socket.on('close', () => {
    isClosed = true
  })
  if (settings !== undefined)
    send(Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0, settingsPayload(settings))]))
  return {
    socket,
    frames,
    streams,
    get goaway() {
      return goaway
    },
    get isClosed() {
      return isClosed
    },
    send,
    async answersPing(limit = 5_000) {
      const payload = Buffer.from(`ping${String(++pings).padStart(4, '0')}`)
      await send(frame(6, 0, 0, payload))
      const isAnswered = (): boolean =>
        frames.some(
          ({ type, flags, payload: said }) => type === 6 && flags === FLAG.ack && said.equals(payload),
        )
      await until('a PING is answered, or the connection ends', () => isClosed || isAnswered(), limit)
      return isAnswered()
    },
    hold: () => void socket.pause(),
    release: () => void socket.resume(),
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}
