// A WebSocket origin: `ws` on Node's own server, echoing every message as it came.
import { createServer, type IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

export interface WsOrigin extends AsyncDisposable {
  readonly port: number
  readonly handshakes: IncomingMessage[]
  readonly sockets: ReadonlySet<WebSocket>
}

/** Paths: `/refused` is answered 403, everything else accepted (subprotocol `b` when offered) and echoed. */
export async function startWsOrigin(): Promise<WsOrigin> {
  const handshakes: IncomingMessage[] = []
  const server = createServer((_, response) => response.end('plain'))
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    maxPayload: 64 << 20,
    handleProtocols: offered => (offered.has('b') ? 'b' : false),
  })
  server.on('upgrade', (request, socket, head) => {
    handshakes.push(request)
    if (request.url === '/refused') {
      socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: no\r\nContent-Length: 6\r\n\r\nrefuse')
      return
    }
    sockets.handleUpgrade(request, socket, head, opened => {
      opened.on('error', () => undefined)
      opened.on('message', (data, isBinary) => opened.send(data, { binary: isBinary }))
      opened.on('message', data => {
        if (data.toString() === 'close me') opened.close(4001, 'as asked')
        if (data.toString() === 'break me') opened.terminate()
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    handshakes,
    sockets: sockets.clients,
    async [Symbol.asyncDispose]() {
      for (const opened of sockets.clients) opened.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
