// Handshakes with visitors: takes sockets that others accepted, and gives back those that speak TLS.
import type { Socket } from 'node:net'
import { Server, type TLSSocket } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { select } from './select.ts'
import type { Terms } from './terms.ts'

/** Called once for each socket; `raw` is the one that was handed in. */
export interface Handshakes {
  /** `name` is the one that was asked for (SNI). */
  secured(socket: TLSSocket, raw: Socket, name: string | undefined, certificate: Certificate): void
  /** The visitor spoke no TLS, not ours, not in time, or left. Its socket is closed. */
  failed(raw: Socket, why: string): void
}

/** One listener's handshakes under its present terms. It never listens, so other terms need no other address. */
export class Acceptor {
  readonly terms: Terms
  private readonly server: Server
  private ticketKey: Buffer

  /** `now` is of a clock that never goes back. */
  constructor(terms: Terms, handshakes: Handshakes, now: number) {
    this.terms = terms
    this.ticketKey = terms.tickets.at(now)
    const { tls, credentials } = terms
    this.server = new Server({
      ...terms.fallback,
      ALPNProtocols: [...terms.protocols],
      handshakeTimeout: terms.timeout,
      requestCert: tls.clientCa !== undefined,
      rejectUnauthorized: terms.needsClient,
      ticketKeys: this.ticketKey,
      SNICallback: (name, choose) => choose(null, credentials.get(select(tls.selection, name).id)),
    })
    this.server.on('secureConnection', socket => {
      const name =
        typeof socket.servername === 'string' && socket.servername !== '' ? socket.servername : undefined
      handshakes.secured(socket, beneath(socket), name, select(tls.selection, name))
    })
    this.server.on('tlsClientError', (error, socket) => {
      socket.destroy()
      handshakes.failed(beneath(socket), codeOf(error))
    })
  }

  /** Begins a handshake on a socket that nobody reads. */
  accept(raw: Socket, now: number): void {
    const key = this.terms.tickets.at(now)
    if (key !== this.ticketKey) {
      this.ticketKey = key
      this.server.setTicketKeys(key)
    }
    raw.on('error', () => undefined)
    // What was read already goes into the handshake; what flows would be lost before it begins.
    if (raw.readableFlowing) raw.pause()
    this.server.emit('connection', raw)
  }
}

/** The socket under a TLS socket. Node has no public word for it, and without it an address learnt from a PROXY header would be lost. */
function beneath(socket: TLSSocket): Socket {
  const raw = (socket as TLSSocket & { readonly _parent?: Socket })._parent
  if (raw === undefined) throw new Error('a TLS socket of a server stands on no socket')
  return raw
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
