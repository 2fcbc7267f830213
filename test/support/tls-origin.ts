// An origin over TLS that remembers what each of its connections is: whose certificate, which version, from where.
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket, TlsOptions } from 'node:tls'

export interface Seen {
  readonly from: string
  /** The name that was asked for, `''` for none. */
  readonly name: string
  readonly version: string
  readonly suite: string
  readonly isResumed: boolean
  /** The common name in the visitor's certificate; undefined without one that is believed. */
  readonly visitor: string | undefined
  readonly socket: TLSSocket
}

export interface TlsOrigin extends AsyncDisposable {
  readonly port: number
  /** By connection whose handshake was completed. */
  readonly seen: readonly Seen[]
}

/** Answers `secure` to every request. */
export async function startTlsOrigin(options: TlsOptions): Promise<TlsOrigin> {
  const seen: Seen[] = []
  const sockets = new Set<Duplex>()
  const server = createServer(options, (_, response) => void response.end('secure'))
  // Whoever keeps connections decides how long.
  server.keepAliveTimeout = 0
  server.on('tlsClientError', () => undefined)
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('secureConnection', socket => {
    const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined
    seen.push({
      from: socket.remoteAddress ?? '',
      name: socket.servername || '',
      version: socket.getProtocol() ?? '',
      suite: socket.getCipher().name,
      isResumed: socket.isSessionReused(),
      visitor: subject?.CN === undefined ? undefined : String(subject.CN),
      socket,
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
