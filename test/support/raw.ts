// A visitor made of bytes: sends exactly what the test writes, reads answers strictly, half-closes, resets, or refuses to read.
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { Cut, type Field, fieldValue, fieldValues, type Head, Incoming } from './incoming.ts'

export interface Reply {
  readonly status: number
  readonly head: Head
  readonly fields: readonly Field[]
  readonly body: Buffer
  readonly trailers: readonly Field[]
  /** Statuses of the 1xx answers before this one. */
  readonly interim: readonly number[]
  readonly framing: 'none' | 'length' | 'chunked' | 'close'
}

export interface Visitor extends AsyncDisposable {
  readonly socket: Socket
  readonly incoming: Incoming
  /** Strings are latin1. Resolves when the bytes were handed to the kernel. */
  send(bytes: string | Uint8Array): Promise<void>
  /** One byte sequence in pieces of `size`, `pause` milliseconds apart. */
  sendPieces(bytes: string, size: number, pause?: number): Promise<void>
  /** One final answer with the 1xx before it; a Cut when the connection ends inside it. */
  answer(method?: string): Promise<Reply>
  /** The head of the next answer only, 1xx included. */
  answerHead(): Promise<Head>
  /** Sends FIN. */
  end(): void
  /** Sends RST. */
  reset(): void
}

export interface Dial {
  readonly port?: number
  readonly path?: string
  readonly address?: string
  /** Any address of 127.0.0.0/8. */
  readonly from?: string
}

const STATUS = /^HTTP\/1\.[01] ([1-5]\d\d) [\t\x20-\x7e\x80-\xff]*$/

/** The status of a response head; throws when the status line isn't exactly RFC 9112's. */
export function statusOf(head: Head): number {
  const status = STATUS.exec(head.start)?.[1]
  if (status === undefined) throw new Error(`malformed status line ${JSON.stringify(head.start)}`)
  return Number(status)
}

async function readBody(
  incoming: Incoming,
  head: Head,
  method: string,
): Promise<Pick<Reply, 'body' | 'trailers' | 'framing'>> {
  const status = statusOf(head)
  const coding = fieldValue(head.fields, 'transfer-encoding')
  const length = fieldValue(head.fields, 'content-length')
  const nothing = { body: Buffer.alloc(0), trailers: [], framing: 'none' } as const
  if (coding !== undefined && length !== undefined) throw new Error('Content-Length with Transfer-Encoding')
  if (coding !== undefined && coding !== 'chunked') throw new Error(`Transfer-Encoding: ${coding}`)
  if (length !== undefined && !/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`)
  if ((status === 204 || status < 200) && (coding ?? length) !== undefined)
    throw new Error(`${status} with framing`)
  if (method === 'HEAD' || status === 204 || status === 304 || status === 101) return nothing
  if (coding !== undefined) return { ...(await incoming.chunked()), framing: 'chunked' }
  if (length !== undefined)
    return { body: await incoming.exactly(Number(length)), trailers: [], framing: 'length' }
  if (!fieldValues(head.fields, 'connection').includes('close') && head.start.startsWith('HTTP/1.1'))
    throw new Error(`an answer without framing that doesn't say Connection: close: ${head.start}`)
  return { body: await incoming.rest(), trailers: [], framing: 'close' }
}

/** Speaks on a connected socket. */
export function speak(socket: Socket): Visitor {
  const incoming = new Incoming(socket)
  const answerHead = async (): Promise<Head> => {
    const head = await incoming.head()
    if (head === undefined) throw new Cut(incoming.ended === 'reset' ? 'reset' : 'end', Buffer.alloc(0))
    return head
  }
  const send = (bytes: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, error =>
        error == null ? resolve() : reject(error),
      )
    })
  return {
    socket,
    incoming,
    send,
    answerHead,
    async sendPieces(bytes, size, pause = 0) {
      for (let at = 0; at < bytes.length; at += size) {
        await send(bytes.slice(at, at + size))
        await new Promise(resolve => setTimeout(resolve, pause))
      }
    },
    async answer(method = 'GET') {
      const interim: number[] = []
      let head = await answerHead()
      for (; statusOf(head) < 200 && statusOf(head) !== 101; head = await answerHead()) {
        if (fieldValues(head.fields, 'content-length').length > 0) throw new Error('1xx with Content-Length')
        interim.push(statusOf(head))
      }
      try {
        return {
          status: statusOf(head),
          head,
          fields: head.fields,
          interim,
          ...(await readBody(incoming, head, method)),
        }
      } catch (error) {
        if (error instanceof Cut) throw new Cut(error.how, error.body, head)
        throw error
      }
    },
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}

/** Connects; throws when refused. */
export function visit(to: Dial): Promise<Visitor> {
  const where: NetConnectOpts =
    to.path === undefined
      ? {
          host: to.address ?? '127.0.0.1',
          port: to.port ?? 0,
          ...(to.from === undefined ? {} : { localAddress: to.from }),
        }
      : { path: to.path }
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, allowHalfOpen: true, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(speak(socket))
    })
  })
}

export interface Asked extends Dial {
  readonly method?: string
  readonly fields?: readonly Field[]
  readonly body?: string | Uint8Array
  /** The Host field, not an address. */
  readonly host?: string
}

/** One request, the last one of its connection. */
export async function askOn(visitor: Visitor, target: string, how: Omit<Asked, keyof Dial>): Promise<Reply> {
  const { method = 'GET', fields = [], body, host = 'example.test' } = how
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : (body ?? Buffer.alloc(0))
  const length: Field[] = body === undefined ? [] : [['Content-Length', String(bytes.length)]]
  const lines: readonly Field[] = [['Host', host], ...fields, ...length, ['Connection', 'close']]
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`
  // A refusal may come, and the connection go, before the whole body was taken.
  visitor.send(Buffer.concat([Buffer.from(head, 'latin1'), bytes])).catch(() => undefined)
  return await visitor.answer(method)
}

/** One request on a connection of its own. */
export async function ask(target: string, how: Asked): Promise<Reply> {
  await using visitor = await visit(how)
  return await askOn(visitor, target, how)
}
