// A visitor over TLS: shakes hands as a test says, tells what it was shown, then speaks in bytes like any other.
import { connect } from 'node:net'
import { type ConnectionOptions, connect as secure, type TLSSocket } from 'node:tls'
import { speak, type Visitor } from './raw.ts'

export interface TlsVisitor extends Visitor {
  readonly socket: TLSSocket
  /** The common name of the certificate that was shown. */
  readonly shown: string
  readonly protocol: string | null
  readonly cipher: string
  readonly alpn: string | false | null
  readonly isResumed: boolean
}

/** Shakes hands without judging the certificate; rejects with what went wrong. `from`: any address of 127.0.0.0/8. */
export function shakeHands(
  port: number,
  options: ConnectionOptions = {},
  from = '127.0.0.1',
): Promise<TlsVisitor> {
  return new Promise((resolve, reject) => {
    const plain = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true })
    const socket = secure({ socket: plain, rejectUnauthorized: false, ...options })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed in the handshake')))
    socket.once('secureConnect', () => {
      socket.off('error', reject)
      socket.removeAllListeners('close')
      resolve({
        ...speak(socket),
        socket,
        // A socket of TLS can't be reset, the one below it can.
        reset: () => void plain.resetAndDestroy(),
        shown: String(socket.getPeerCertificate().subject?.CN),
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().name,
        alpn: socket.alpnProtocol,
        isResumed: socket.isSessionReused(),
      })
    })
  })
}
