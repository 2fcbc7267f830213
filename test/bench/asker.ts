// One way for each protocol to ask a proxy one thing, with a browser's fields.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { request as requestOverTls } from 'node:https'
import type { Readable } from 'node:stream'
import type { Field } from '../support/incoming.ts'
import { visit } from '../support/raw.ts'
import { BROWSER_FIELDS, HOST, type Protocol } from './loads.ts'
import type { Stand } from './stand.ts'

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly path: string
  readonly body?: Buffer
  /** Sent in pieces and without its length. */
  readonly isUnmeasured?: boolean
}

export interface Given {
  readonly status: number
  readonly body: Buffer
}

export type Asker = (question: Question) => Promise<Given>

const NOTHING = Buffer.alloc(0)

function pieces(body: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / 3000) }, (_, n) =>
    body.subarray(n * 3000, (n + 1) * 3000),
  )
}

function fieldsOf({ body, isUnmeasured = false }: Question): Field[] {
  const length: Field[] = body === undefined || isUnmeasured ? [] : [['Content-Length', String(body.length)]]
  return [...BROWSER_FIELDS, ...length]
}

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const inTheClear =
  (port: number): Asker =>
  async question => {
    const { method, path, body = NOTHING, isUnmeasured = false } = question
    await using visitor = await visit({ port })
    const coding: Field[] = isUnmeasured ? [['Transfer-Encoding', 'chunked']] : []
    const lines = [['Host', HOST], ...fieldsOf(question), ...coding].map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    await visitor.send(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    if (!isUnmeasured) await visitor.send(body)
    else {
      for (const piece of pieces(body)) {
        await visitor.send(`${piece.length.toString(16)}\r\n`)
        await visitor.send(piece)
        await visitor.send('\r\n')
      }
      await visitor.send('0\r\n\r\n')
    }
    return await visitor.answer(method)
  }

const overTls =
  (port: number, ca: Buffer): Asker =>
  async question => {
    const headers = Object.fromEntries([['Host', HOST], ...fieldsOf(question)])
    const { method, path, body = NOTHING } = question
    const how = {
      host: '127.0.0.1',
      port,
      servername: HOST,
      ca,
      agent: false,
      method,
      path,
      headers,
    } as const
    const sent = requestOverTls(how)
    const answered = once(sent, 'response')
    for (const piece of pieces(body)) sent.write(piece)
    sent.end()
    const [response] = await answered
    return { status: response.statusCode, body: await collect(response) }
  }

const overHttp2 =
  (port: number, ca: Buffer): Asker =>
  async question => {
    const session = connect(`https://127.0.0.1:${port}`, { servername: HOST, ca })
    const broken = once(session, 'error').then(([error]) => Promise.reject(error))
    try {
      const fields = fieldsOf(question).map(([name, value]) => [name.toLowerCase(), value])
      const { method, path, body = NOTHING } = question
      const pseudo = { ':method': method, ':path': path, ':scheme': 'https', ':authority': HOST }
      const stream = session.request({ ...pseudo, ...Object.fromEntries(fields) }, { endStream: false })
      const answered = once(stream, 'response')
      for (const piece of pieces(body)) stream.write(piece)
      stream.end()
      const [headers] = await Promise.race([answered, broken])
      return { status: headers[':status'], body: await collect(stream) }
    } finally {
      session.destroy()
      broken.catch(() => undefined)
    }
  }

export function askerFor(protocol: Protocol, stand: Stand): Asker {
  if (protocol === 'http') return inTheClear(stand.port)
  const ca = readFileSync(stand.certificate.certFile)
  return protocol === 'https' ? overTls(stand.tlsPort, ca) : overHttp2(stand.tlsPort, ca)
}
