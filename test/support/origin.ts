// An origin that does what the test says, byte by byte, and remembers every request and connection it saw.
import { createServer, type Server, type Socket } from 'node:net'
import { type Field, fieldValue, type Head, Incoming } from './incoming.ts'

export interface Received {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly head: Head
  readonly fields: readonly Field[]
  /** Counts the origin's connections from 1. */
  readonly connection: number
  /** Filled as the script, or the origin after it, reads the body. */
  body: Buffer
  trailers: readonly Field[]
  complete: boolean
}

export interface Turn {
  readonly request: Received
  readonly socket: Socket
  readonly incoming: Incoming
  /** The whole request body. */
  body(): Promise<Buffer>
  /** Strings are latin1. Waits for the peer to take it; throws when the peer is gone. */
  write(bytes: string | Uint8Array): Promise<void>
  /** A complete answer with Content-Length (left out for 1xx, 204 and 304). */
  answer(status: number, fields?: readonly Field[], body?: string | Uint8Array): Promise<void>
}

export type Script = (turn: Turn) => Promise<void> | void

export interface Origin extends AsyncDisposable {
  readonly port: number
  readonly requests: Received[]
  /** Connections ever taken. */
  readonly connections: number
  /** Connections that the peer ended in no way yet, by their number. */
  readonly open: ReadonlyMap<number, Socket>
  /** Requests whose script, or whose body, isn't done and whose peer is there. */
  readonly busy: number
  isOpen(connection: number): boolean
  /** What a path (without query) gets; every other path is echoed. */
  on(path: string, script: Script): void
  /** Requests of one path. */
  at(path: string): Received[]
}

/** Writes with back-pressure; rejects when the socket closes first. */
export function writeAll(socket: Socket, bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('the peer is gone'))
    const gone = (): void => reject(new Error('the peer is gone'))
    socket.once('close', gone)
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, error => {
      socket.off('close', gone)
      if (error == null) resolve()
      else reject(error)
    })
  })
}

/** Says what it got: method, target, fields and the body's length, as JSON. */
export const echo: Script = async turn => {
  const { method, target, fields } = turn.request
  const body = await turn.body()
  const text = JSON.stringify({ method, target, fields, length: body.length })
  await turn.answer(200, [['Content-Type', 'application/json']], text)
}

/** Answers nothing: the request is under way until its peer leaves. */
export const hold: Script = ({ socket }) =>
  new Promise(resolve => {
    socket.once('end', resolve)
    socket.once('close', resolve)
  })

async function readBody(received: Received, incoming: Incoming): Promise<void> {
  if (received.complete) return
  const length = fieldValue(received.fields, 'content-length')
  if (fieldValue(received.fields, 'transfer-encoding') !== undefined)
    Object.assign(received, await incoming.chunked())
  else if (length !== undefined) received.body = await incoming.exactly(Number(length))
  received.complete = true
}

function receive(head: Head, connection: number): Received {
  const parts = /^(\S+) (\S+) (HTTP\/1\.[01])$/.exec(head.start)
  if (parts === null) throw new Error(`malformed request line ${JSON.stringify(head.start)}`)
  const [, method = '', target = '', version = ''] = parts
  const { fields } = head
  return {
    method,
    target,
    version,
    head,
    fields,
    connection,
    body: Buffer.alloc(0),
    trailers: [],
    complete: false,
  }
}

async function serve(socket: Socket, connection: number, origin: State): Promise<void> {
  const incoming = new Incoming(socket)
  for (;;) {
    const head = await incoming.head()
    if (head === undefined) break
    const request = receive(head, connection)
    origin.requests.push(request)
    origin.busy.add(connection)
    const turn: Turn = {
      request,
      socket,
      incoming,
      async body() {
        await readBody(request, incoming)
        return request.body
      },
      write: bytes => writeAll(socket, bytes),
      async answer(status, fields = [], body = '') {
        const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
        const bare = status < 200 || status === 204 || status === 304
        const lines = [...fields, ...(bare ? [] : [['Content-Length', String(bytes.length)] as const])]
        const text = `HTTP/1.1 ${status} Text\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`
        const sent = bare || request.method === 'HEAD' ? Buffer.alloc(0) : bytes
        await writeAll(socket, Buffer.concat([Buffer.from(text, 'latin1'), sent]))
      },
    }
    const path = request.target.split('?')[0] ?? ''
    await (origin.scripts.get(path) ?? echo)(turn)
    if (socket.destroyed || socket.writableEnded) return
    await readBody(request, incoming)
    origin.busy.delete(connection)
  }
  socket.end()
}

interface State {
  readonly scripts: Map<string, Script>
  readonly requests: Received[]
  readonly busy: Set<number>
}

function listen(server: Server, at: number | string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    if (typeof at === 'string') server.listen(at, resolve)
    else server.listen(at, '127.0.0.1', resolve)
  })
}

/** Listens on a port of 127.0.0.1 (0: any) or on a unix socket. */
export async function startOrigin(at: number | string = 0): Promise<Origin> {
  const state: State = { scripts: new Map(), requests: [], busy: new Set() }
  const open = new Map<number, Socket>()
  let connections = 0
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const number = ++connections
    open.set(number, socket)
    const leave = (): void => {
      open.delete(number)
      state.busy.delete(number)
    }
    socket.on('end', leave)
    socket.on('close', leave)
    // A peer that vanishes ends the script with an error: that is a scene of many tests, not a fault here.
    serve(socket, number, state).catch(() => socket.destroy())
  })
  await listen(server, at)
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    requests: state.requests,
    get connections() {
      return connections
    },
    open,
    get busy() {
      return state.busy.size
    },
    isOpen: connection => open.has(connection),
    on: (path, script) => void state.scripts.set(path, script),
    at: path => state.requests.filter(request => request.target.split('?')[0] === path),
    async [Symbol.asyncDispose]() {
      for (const socket of open.values()) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
