// A visitor of HTTP/2: Node's own client, with every answer read to its end, good or bad.
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
} from 'node:http2'
import { connect as connectRaw } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Field } from '../incoming.ts'

export interface H2Interim {
  readonly status: number
  readonly fields: readonly Field[]
}

export interface H2Reply {
  /** 0 when none came. */
  readonly status: number
  /** Without the pseudo-header. */
  readonly fields: readonly Field[]
  readonly body: Buffer
  readonly trailers: readonly Field[]
  readonly interim: readonly H2Interim[]
  /** With which the stream was closed. */
  readonly rstCode: number
  /** The response has come to its end. */
  readonly isComplete: boolean
}

export interface H2Asked {
  readonly method?: string
  readonly authority?: string
  readonly fields?: readonly Field[]
  /** More pseudo-headers, or others in the place of ours. */
  readonly pseudo?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly trailers?: Readonly<Record<string, string>>
}

export interface H2Exchange {
  readonly stream: ClientHttp2Stream
  /** When the final head has come, or the stream is closed without one. */
  readonly head: Promise<H2Interim>
  /** When the stream is closed, whatever the way. */
  readonly reply: Promise<H2Reply>
}

export interface H2Visitor extends AsyncDisposable {
  readonly session: ClientHttp2Session
  /** The connection's ends as they were told, first to last: code and last stream. */
  readonly goaways: readonly { readonly code: number; readonly last: number }[]
  readonly closed: Promise<void>
  /** Opens a stream, and leaves its body open. */
  open(target: string, how?: H2Asked): H2Exchange
  ask(target: string, how?: H2Asked): Promise<H2Reply>
  /** Sends RST on the TCP connection. */
  reset(): void
  /** Sends FIN on it, and goes on listening. */
  halfClose(): void
}

function pairs(list: readonly string[]): Field[] {
  const found: Field[] = []
  for (let at = 0; at < list.length; at += 2) found.push([list[at] ?? '', list[at + 1] ?? ''])
  return found
}

function interimOf(list: readonly string[]): H2Interim {
  const all = pairs(list)
  const status = Number(all.find(([name]) => name === ':status')?.[1] ?? 0)
  return { status, fields: all.filter(([name]) => !name.startsWith(':')) }
}

function listen(stream: ClientHttp2Stream): H2Exchange {
  const pieces: Buffer[] = []
  const interim: H2Interim[] = []
  let trailers: readonly Field[] = []
  let last: H2Interim = { status: 0, fields: [] }
  let hasEnded = false
  const head = Promise.withResolvers<H2Interim>()
  const reply = Promise.withResolvers<H2Reply>()
  stream.on('headers', (_, __, list) => void interim.push(interimOf(list)))
  stream.on('response', (_, __, list) => {
    last = interimOf(list)
    head.resolve(last)
  })
  stream.on('trailers', (_, __, list) => {
    trailers = pairs(list)
  })
  stream.on('data', (piece: Buffer) => void pieces.push(piece))
  stream.on('end', () => {
    hasEnded = true
  })
  stream.on('error', () => undefined)
  stream.on('close', () => {
    head.resolve(last)
    const rstCode = stream.rstCode ?? 0
    const isComplete = hasEnded && rstCode === 0 && last.status !== 0 && !stream.aborted
    reply.resolve({ ...last, body: Buffer.concat(pieces), trailers, interim, rstCode, isComplete })
  })
  return { stream, head: head.promise, reply: reply.promise }
}

/** Connects to a port of 127.0.0.1, over TLS without judging the certificate; rejects when there is no session. */
export async function visitH2(
  port: number,
  scheme: 'http' | 'https',
  { servername, ...options }: ClientSessionOptions & Pick<ConnectionOptions, 'servername'> = {},
): Promise<H2Visitor> {
  const raw = connectRaw({ host: '127.0.0.1', port, noDelay: true })
  raw.on('error', () => undefined)
  await once(raw, 'connect')
  const secure: ConnectionOptions = { socket: raw, ALPNProtocols: ['h2'], rejectUnauthorized: false }
  const session = connect(`${scheme}://127.0.0.1:${port}`, {
    ...options,
    createConnection: () =>
      scheme === 'http' ? raw : connectTls(servername === undefined ? secure : { ...secure, servername }),
  })
  const goaways: { code: number; last: number }[] = []
  const closed = Promise.withResolvers<void>()
  session.on('goaway', (code, last) => void goaways.push({ code, last }))
  session.on('close', () => closed.resolve())
  const open = (target: string, how: H2Asked = {}): H2Exchange => {
    const { method = 'GET', authority = 'a.test', fields = [], pseudo = {}, trailers } = how
    const words = {
      ':method': method,
      ':scheme': scheme,
      ':authority': authority,
      ':path': target,
      ...pseudo,
    }
    const list = [...Object.entries(words), ...fields].flat()
    const isWhole = method === 'GET' || method === 'HEAD'
    const waitForTrailers = trailers !== undefined
    const stream = session.request(list, { endStream: isWhole && how.body === undefined, waitForTrailers })
    if (waitForTrailers) stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    return listen(stream)
  }
  const visitor: H2Visitor = {
    session,
    goaways,
    closed: closed.promise,
    open,
    ask(target, how = {}) {
      const exchange = open(target, how)
      if (exchange.stream.writable) exchange.stream.end(how.body)
      return exchange.reply
    },
    reset: () => void raw.resetAndDestroy(),
    halfClose: () => void raw.end(),
    async [Symbol.asyncDispose]() {
      session.destroy()
    },
  }
  return new Promise((resolve, reject) => {
    session.once('error', reject)
    session.once('connect', () => {
      session.off('error', reject)
      session.on('error', () => undefined)
      resolve(visitor)
    })
  })
}
