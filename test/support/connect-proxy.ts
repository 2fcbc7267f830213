// A CONNECT proxy that answers as it is told, on TCP, over TLS or on a unix socket, and remembers what it was asked.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number
  /** Heads as they came, without their empty line. */
  readonly asked: readonly string[]
  /** Sockets that are open, to either side. */
  readonly live: number
}

export interface Manner {
  /** What is written in answer to CONNECT; nothing at all when undefined. */
  readonly answer: string | undefined
  /** Whether the tunnel is made; otherwise the connection stays as it is. */
  readonly isOpen: boolean
  /** The tunnel ends in a reset: at its first byte, or at the origin's first. */
  readonly resets?: 'there' | 'back'
}

export const OPEN: Manner = { answer: 'HTTP/1.1 200 Connection established\r\n\r\n', isOpen: true }

/** `manner` is asked with the head of each CONNECT. A `path` listens on a unix socket. */
export async function startConnectProxy(
  manner: (head: string) => Manner | Promise<Manner> = () => OPEN,
  where: { readonly path?: string; readonly tls?: TlsOptions } = {},
): Promise<ConnectProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  const serve = (socket: Socket): void => {
    keep(socket)
    let heard = ''
    const listen = async (bytes: Buffer): Promise<void> => {
      heard += bytes.toString('latin1')
      const end = heard.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', listen)
      const head = heard.slice(0, end)
      asked.push(head)
      const { answer, isOpen, resets } = await manner(head)
      if (answer !== undefined) socket.write(answer, 'latin1')
      if (resets === 'there') socket.once('data', () => socket.resetAndDestroy())
      if (isOpen) tunnel(socket, head, keep, resets === 'back')
    }
    socket.on('data', listen)
  }
  const server: Server = where.tls === undefined ? createServer(serve) : createTls(where.tls, serve)
  server.on('tlsClientError', () => undefined)
  if (where.path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(where.path)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    asked,
    get live() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function tunnel(socket: Socket, head: string, keep: (socket: Socket) => void, resets: boolean): void {
  const [, host = '', port] = /^CONNECT \[?([^\]\s]*?)\]?:(\d+) /.exec(head) ?? []
  const other = connect(Number(port), host === 'localhost' || host.endsWith('.test') ? '127.0.0.1' : host)
  keep(other)
  // `pipe` passes an end on, and no end that comes too soon.
  other.on('close', () => socket.destroy())
  socket.on('close', () => other.destroy())
  if (resets) other.once('data', () => socket.resetAndDestroy())
  socket.pipe(other).pipe(socket)
}
