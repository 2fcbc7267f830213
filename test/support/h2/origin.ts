// An HTTP/2 origin made of frames, in plain text: what it answers to a path is what the test says, right or wrong.
import { createServer, type Socket } from 'node:net'
import { type Field, fieldValue } from '../incoming.ts'
import { FLAG, type Frame, FrameReader, frame, PREFACE, settingsPayload, uint32 } from './frames.ts'
import { HpackReader } from './hpack-read.ts'
import { block } from './hpack-write.ts'

/** A request as it has come so far. */
export interface Asked {
  readonly stream: number
  readonly fields: readonly Field[]
  readonly path: string
  /** Counts the origin's connections from 1. */
  readonly connection: number
  body: Buffer
  /** END_STREAM has come. */
  isEnded: boolean
  /** The code of RST_STREAM. */
  reset: number | undefined
  /** Strings are latin1; does nothing once the connection is over. */
  send(bytes: string | Uint8Array): void
}

/** Called when a request's head is here. */
export type H2Script = (asked: Asked) => void

export interface H2Origin extends AsyncDisposable {
  readonly port: number
  readonly requests: Asked[]
  readonly connections: number
  /** Connections that are open. */
  readonly open: number
  /** What a path gets; every other path gets `ok`. */
  on(path: string, script: H2Script): void
}

const OK: H2Script = ({ stream, send }) =>
  send(
    Buffer.concat([
      frame(1, FLAG.endHeaders, stream, block([[':status', '200']])),
      frame(0, FLAG.endStream, stream, 'ok'),
    ]),
  )

interface State {
  readonly scripts: Map<string, H2Script>
  readonly requests: Asked[]
}

function serve(socket: Socket, connection: number, { scripts, requests }: State): void {
  const reader = new FrameReader()
  const hpack = new HpackReader()
  const asked = new Map<number, Asked>()
  let preface = Buffer.alloc(0)
  let fieldBlock = Buffer.alloc(0)
  const send = (bytes: string | Uint8Array): void => {
    if (!socket.writable) return
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }
  const opened = (stream: number, fields: readonly Field[]): void => {
    const path = fieldValue(fields, ':path') ?? ''
    const one = {
      stream,
      fields,
      path,
      connection,
      body: Buffer.alloc(0),
      isEnded: false,
      reset: undefined,
      send,
    }
    asked.set(stream, one)
    requests.push(one)
    const script = scripts.get(path) ?? OK
    script(one)
  }
  const take = ({ type, flags, stream, payload }: Frame): void => {
    const one = asked.get(stream)
    if (type === 4 && (flags & FLAG.ack) === 0) send(frame(4, FLAG.ack, 0))
    if (type === 6 && (flags & FLAG.ack) === 0) send(frame(6, FLAG.ack, 0, payload))
    if (type === 3 && one !== undefined) one.reset ??= payload.readUInt32BE(0)
    if (type === 0 && payload.length > 0) {
      if (one !== undefined) one.body = Buffer.concat([one.body, payload])
      send(
        Buffer.concat([frame(8, 0, 0, uint32(payload.length)), frame(8, 0, stream, uint32(payload.length))]),
      )
    }
    if (type === 1 || type === 9) {
      fieldBlock = Buffer.concat([fieldBlock, payload])
      if ((flags & FLAG.endHeaders) !== 0) {
        const fields = hpack.read(fieldBlock)
        fieldBlock = Buffer.alloc(0)
        if (one === undefined) opened(stream, fields)
      }
    }
    const last = asked.get(stream)
    if (type <= 1 && (flags & FLAG.endStream) !== 0 && last !== undefined) last.isEnded = true
  }
  send(frame(4, 0, 0, settingsPayload({})))
  socket.on('data', (bytes: Buffer) => {
    let rest = bytes
    if (preface.length < PREFACE.length) {
      preface = Buffer.concat([preface, bytes])
      rest = preface.subarray(PREFACE.length)
    }
    reader.read(rest).forEach(take)
  })
}

/** Listens on a port of 127.0.0.1. */
export async function startH2Origin(): Promise<H2Origin> {
  const state: State = { scripts: new Map(), requests: [] }
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, ++connections, state)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    requests: state.requests,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    on: (path, script) => void state.scripts.set(path, script),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
