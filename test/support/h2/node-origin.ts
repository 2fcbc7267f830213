// An origin over TLS or HTTP/2 made of Node's own servers: echoes what it got, trailers too, and does what a path asks for.
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { Field } from '../incoming.ts'

export interface StreamTurn {
  readonly stream: ServerHttp2Stream
  readonly session: ServerHttp2Session
  readonly method: string
  readonly path: string
  /** Pseudo-headers too, as they came. */
  readonly fields: readonly Field[]
  /** All of it; trailers are known afterwards. */
  body(): Promise<Buffer>
  readonly trailers: readonly Field[]
}

export type StreamScript = (turn: StreamTurn) => Promise<void> | void

export interface H2Origin extends AsyncDisposable {
  readonly port: number
  readonly turns: readonly StreamTurn[]
  /** Ever opened. */
  readonly sessions: number
  readonly live: ReadonlySet<ServerHttp2Session>
  on(path: string, script: StreamScript): void
}

function pairs(list: readonly string[]): Field[] {
  const found: Field[] = []
  for (let at = 0; at < list.length; at += 2) found.push([list[at] ?? '', list[at + 1] ?? ''])
  return found
}

const echo: StreamScript = async ({ stream, method, path, fields, body }) => {
  const length = (await body()).length
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/json' })
  stream.end(JSON.stringify({ method, path, fields, length }))
}

/** Over TLS where there is a certificate; a path without a script is echoed. */
export async function startH2Origin(credentials?: SecureContextOptions): Promise<H2Origin> {
  const scripts = new Map<string, StreamScript>()
  const turns: StreamTurn[] = []
  const live = new Set<ServerHttp2Session>()
  const sockets = new Set<Socket>()
  let sessions = 0
  const settings = { enableConnectProtocol: true }
  const server: Http2Server =
    credentials === undefined ? createServer({ settings }) : createSecureServer({ ...credentials, settings })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('session', session => {
    sessions++
    live.add(session)
    session.on('error', () => undefined)
    session.on('close', () => live.delete(session))
  })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers, _, list) => {
    const trailers: Field[] = []
    const pieces: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('trailers', (__, ___, more) => trailers.push(...pairs(more)))
    const whole = new Promise<Buffer>(resolve => {
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => resolve(Buffer.concat(pieces)))
      stream.on('close', () => resolve(Buffer.concat(pieces)))
    })
    const turn: StreamTurn = {
      stream,
      session: stream.session as ServerHttp2Session,
      method: String(headers[':method']),
      path: String(headers[':path']),
      fields: pairs(list as unknown as string[]),
      body: () => whole,
      trailers,
    }
    turns.push(turn)
    void (scripts.get(turn.path.split('?')[0] ?? '') ?? echo)(turn)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    turns,
    live,
    get sessions() {
      return sessions
    },
    on: (path, script) => void scripts.set(path, script),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export interface HttpsOrigin extends AsyncDisposable {
  readonly port: number
  /** The names that were asked for (SNI), `''` for none. */
  readonly names: readonly string[]
}

/** HTTP/1.1 over TLS; answers `secure`. */
export async function startHttpsOrigin(credentials: SecureContextOptions): Promise<HttpsOrigin> {
  const names: string[] = []
  const server = createHttps(credentials, (_: unknown, response) => response.end('secure'))
  server.on('secureConnection', socket => void names.push(socket.servername || ''))
  server.on('tlsClientError', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    names,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
