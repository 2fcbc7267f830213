// Both ends of a connection on the loopback, half of which may end before the other.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createServer as createSecureServer, connect as secure, type TLSSocket } from 'node:tls'

export interface SocketPair extends Disposable {
  /** The one that was accepted. */
  readonly near: Socket
  /** The one that connected. */
  readonly far: Socket
}

/** A connection that nobody reads yet; both ends are destroyed with it. */
export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true })
  const accepted = once(server, 'connection')
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const [near] = (await accepted) as [Socket]
  server.close()
  return pairOf(near, far)
}

/** The same over TLS, by a key that both have. */
export async function securePair(): Promise<SocketPair> {
  const below = await socketPair()
  const [psk, ciphers] = [Buffer.alloc(32, 'k'), 'PSK-AES128-GCM-SHA256']
  const options = { ciphers, maxVersion: 'TLSv1.2' } as const
  const server = createSecureServer({ ...options, pskCallback: () => psk })
  const accepted = once(server, 'secureConnection')
  server.emit('connection', below.near)
  const far = secure({
    ...options,
    socket: below.far,
    pskCallback: () => ({ psk, identity: 'k' }),
    checkServerIdentity: () => undefined,
  })
  const [near] = (await accepted) as [TLSSocket]
  return pairOf(near, far)
}

/** A socket of TLS takes the one below it along. */
function pairOf(near: Socket, far: Socket): SocketPair {
  return {
    near,
    far,
    [Symbol.dispose]() {
      near.destroy()
      far.destroy()
    },
  }
}
