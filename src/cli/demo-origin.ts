// An origin to try things with, started beside the server by `--demo-origin`: it tells what reached it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { echoWebSocket } from './demo-websocket.ts'

export type DemoOrigin =
  | { readonly ok: true; readonly port: number; close(): void }
  | { readonly ok: false; readonly why: string }

const BEAT = 1000

function tellFacts(request: IncomingMessage, response: ServerResponse): void {
  let bodyBytes = 0
  request.on('data', (piece: Buffer) => {
    bodyBytes += piece.length
  })
  request.on('end', () => {
    const fields = request.rawHeaders
    const headers = fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : []))
    const facts = {
      origin: 'p2pstream demo',
      method: request.method,
      target: request.url,
      headers,
      body_bytes: bodyBytes,
    }
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(`${JSON.stringify(facts, undefined, 2)}\n`)
  })
}

function tellTime(response: ServerResponse, clock: Clock): void {
  let count = 0
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  const beat = (): void => {
    if (response.closed) return
    count += 1
    response.write(`id: ${count}\ndata: ${new Date(clock.wall()).toISOString()}\n\n`)
    clock.after(BEAT, beat)
  }
  beat()
}

function listening(server: Server, port: number): Promise<DemoOrigin> {
  return new Promise(resolve => {
    server.once('error', error => resolve({ ok: false, why: error.message }))
    server.listen(port, '127.0.0.1', () => {
      const close = (): void => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ ok: true, port: (server.address() as AddressInfo).port, close })
    })
  })
}

/** Listens on 127.0.0.1. `/hello` greets, `/sse` streams an event a second, `/ws` echoes WebSocket messages, anything else shows the request. */
export function startDemoOrigin(clock: Clock, port: number): Promise<DemoOrigin> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/sse') return tellTime(response, clock)
    if (path !== '/hello') return tellFacts(request, response)
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('Hello from the demo origin\n')
  })
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/ws') {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    echoWebSocket(request, socket, head)
  })
  return listening(server, port)
}
