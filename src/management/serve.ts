// Speaks HTTP/1.1 with operators by Node's own server, which is quick enough for them. It never listens: sockets are handed to it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { FieldReader } from '../http/facts.ts'
import type { Caller } from '../tunnel/accept.ts'
import { TUNNEL_PATH } from '../tunnel/handshake.ts'
import { type Deadline, openDeadline, PATIENCE } from './deadline.ts'
import { type Asked, type Said, sayTrouble } from './message.ts'
import { Turns } from './turns.ts'

export interface Counter {
  /** Speaks on a socket that nobody reads; the peer is `''` for a unix socket. */
  admit(socket: Socket, caller: Caller): void
  readonly connections: number
  /** Closes what is idle now, and the rest as it becomes so. */
  close(): void
  /** Cuts what is left. */
  destroy(): void
}

/** Where agents ask for their tunnels. */
export interface TunnelDesk {
  /** Takes over the connection; `early` came behind the request's head. */
  accept(request: IncomingMessage, socket: Duplex, early: Buffer, caller: Caller): void
  /** What to tell somebody who asks in any other way. */
  refuse(request: IncomingMessage, caller: Caller): { readonly status: number; readonly text: string }
}

export interface CounterParts {
  readonly clock: Clock
  readonly answer: (asked: Asked) => Promise<Said>
  /** Who asks, when `peer` may have passed the request on. */
  readonly visitor: (peer: string, fields: FieldReader) => string
  readonly tunnel: TunnelDesk
  /** A mistake of ours while answering. */
  readonly broken: (error: unknown) => void
}

/** Nobody asks for more. */
const MOST_BODY = 64 * 1024
const MOST_HEAD = 16 * 1024
/** Whoever asks for another protocol anywhere else is answered in this one. */
const isTunnel = ({ url }: IncomingMessage): boolean => url === TUNNEL_PATH
/** HTTP/1.0 knows no other protocol (RFC 9110 7.8). */
const mayChange = (request: IncomingMessage): boolean => request.httpVersion === '1.1' && isTunnel(request)
/** Connections at once. A crowd of agents is more than that for a moment: each is none of them any more once it is a tunnel. */
const CONNECTIONS = { most: 256, share: 192, longest: 2048, patience: PATIENCE.head }

const HARMLESS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

interface Guest {
  readonly caller: Caller
  readonly deadline: Deadline
  isBusy: boolean
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > MOST_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Node joins the lines of one name by commas, where that means the same. */
function readerOf({ headers }: IncomingMessage): FieldReader {
  const all = (name: string): readonly string[] => {
    const value = headers[name]
    return value === undefined ? [] : [value].flat()
  }
  return { all, first: name => all(name)[0] }
}

function askedOf(request: IncomingMessage, body: Buffer, peer: string): Asked {
  const { method = '', url = '' } = request
  const at = url.indexOf('?')
  const fields = readerOf(request)
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: new URLSearchParams(at < 0 ? '' : url.slice(at)),
    field: name => (fields.all(name).length === 0 ? undefined : fields.all(name).join(', ')),
    body,
    peer,
  }
}

const TOO_LARGE = sayTrouble(413, { code: 'too_large', message: `a body has at most ${MOST_BODY} bytes` })
/** Agents expect a sentence. */
function sayText({ status, text }: ReturnType<TunnelDesk['refuse']>): Said {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

const OUR_FAULT = sayTrouble(500, {
  code: 'internal',
  message: 'a mistake of this program; its log tells more',
})

/** Opens a counter at which `answer` is given. */
export function openCounter({ clock, answer, visitor, tunnel, broken }: CounterParts): Counter {
  const guests = new Map<Socket, Guest>()
  const turns = new Turns(clock, CONNECTIONS)
  let isClosing = false

  function callerOf(request: IncomingMessage, { peer, certified }: Caller): Caller {
    return { peer: visitor(peer, readerOf(request)), certified }
  }

  function welcome(socket: Socket, caller: Caller): void {
    const deadline = openDeadline(clock, () => socket.destroy())
    deadline.awaits('head')
    guests.set(socket, { caller, deadline, isBusy: false })
    socket.on('close', () => left(socket))
    socket.on('error', () => undefined)
    server.emit('connection', socket)
  }

  /** It is gone, or a tunnel. */
  function left(socket: Socket): void {
    const guest = guests.get(socket)
    if (guest === undefined) return
    guest.deadline.awaits(undefined)
    guests.delete(socket)
    turns.over(guest.caller.peer)
  }

  async function say(request: IncomingMessage, response: ServerResponse, guest: Guest): Promise<void> {
    guest.isBusy = true
    guest.deadline.awaits('body')
    const body = await bodyOf(request)
    guest.deadline.awaits(undefined)
    const said = body === undefined ? TOO_LARGE : await answered(request, body, guest.caller)
    guest.deadline.awaits('write')
    const length = Buffer.byteLength(said.body)
    if (isClosing || body === undefined) response.shouldKeepAlive = false
    response.writeHead(said.status, {
      ...HARMLESS,
      'Content-Type': said.type,
      'Content-Length': length,
      ...said.fields,
    })
    response.end(request.method === 'HEAD' ? undefined : said.body)
  }

  async function answered(request: IncomingMessage, body: Buffer, caller: Caller): Promise<Said> {
    try {
      if (isTunnel(request)) return sayText(tunnel.refuse(request, callerOf(request, caller)))
      return await answer(askedOf(request, body, callerOf(request, caller).peer))
    } catch (error) {
      broken(error)
      return OUR_FAULT
    }
  }

  const settings = { maxHeaderSize: MOST_HEAD, keepAliveTimeout: 0, shouldUpgradeCallback: mayChange }
  const server = createServer(settings, (request, response) => {
    const guest = guests.get(request.socket)
    if (guest === undefined) throw new Error('a request came on a connection that nobody admitted')
    response.on('finish', () => {
      guest.isBusy = false
      guest.deadline.awaits('idle')
    })
    // Who leaves inside a body is gone: there is nobody to tell.
    say(request, response, guest).catch(() => request.socket.destroy())
  })

  server.on('upgrade', (request, socket, early) => {
    const guest = guests.get(request.socket)
    if (guest === undefined) throw new Error('a request came on a connection that nobody admitted')
    left(request.socket)
    tunnel.accept(request, socket, early, callerOf(request, guest.caller))
  })

  return {
    admit(socket, caller) {
      if (isClosing) socket.destroy()
      else turns.come(socket, caller.peer, () => welcome(socket, caller))
    },
    get connections() {
      return guests.size
    },
    close() {
      isClosing = true
      turns.close()
      for (const [socket, { isBusy }] of guests) if (!isBusy) socket.destroy()
    },
    destroy() {
      isClosing = true
      turns.close()
      for (const socket of guests.keys()) socket.destroy()
    },
  }
}
