// A `ws` client whose connection is a stream of HTTP/2: its handshake is said again as an extended CONNECT (RFC 8441 4, 5).
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2'
import { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { until } from '../until.ts'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const FROM_HEAD = ['sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'] as const

/** What stands between the client's HTTP/1.1 and the stream. */
class Carrier extends Duplex {
  private said = ''
  private stream: ClientHttp2Stream | undefined
  private readonly session: ClientHttp2Session

  constructor(session: ClientHttp2Session) {
    super()
    this.session = session
  }

  private ask(head: string): ClientHttp2Stream {
    const [start = '', ...lines] = head.split('\r\n')
    const fields = new Map(
      lines.map(line => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
      }),
    )
    const list = [
      ...[':method', 'CONNECT', ':protocol', 'websocket', ':authority', 'a.test'],
      ...[':scheme', this.session.encrypted ? 'https' : 'http', ':path', start.split(' ')[1] ?? '/'],
    ]
    for (const name of FROM_HEAD) {
      const value = fields.get(name)
      if (value !== undefined) list.push(name, value)
    }
    const stream = this.session.request(list, { endStream: false })
    const accept = createHash('sha1')
      .update(`${fields.get('sec-websocket-key')}${GUID}`)
      .digest('base64')
    stream.on('response', answer => {
      const status = answer[':status']
      const own = `HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}`
      const rest = Object.entries(answer).filter(([name]) => !name.startsWith(':'))
      const text = rest.map(([name, value]) => `\r\n${name}: ${value}`).join('')
      this.push(`${status === 200 ? own : `HTTP/1.1 ${status} Refused`}${text}\r\n\r\n`)
      stream.on('data', (piece: Buffer) => {
        if (!this.push(piece)) stream.pause()
      })
      stream.on('end', () => this.push(null))
    })
    stream.on('error', () => undefined)
    stream.on('close', () => this.destroy())
    return stream
  }

  override _read(): void {
    this.stream?.resume()
  }

  override _write(piece: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.stream !== undefined) {
      this.stream.write(piece, done)
      return
    }
    this.said += piece.toString('latin1')
    const end = this.said.indexOf('\r\n\r\n')
    if (end >= 0) this.stream = this.ask(this.said.slice(0, end))
    done()
  }

  override _final(done: () => void): void {
    if (this.stream === undefined) done()
    else this.stream.end(done)
  }

  override _destroy(_: Error | null, done: () => void): void {
    this.stream?.close(constants.NGHTTP2_CANCEL)
    done()
  }
}

/** Opens a WebSocket on a session; rejects when it is refused. */
export async function openWebSocket(
  session: ClientHttp2Session,
  path: string,
  protocols: string[] = [],
): Promise<WebSocket> {
  await until('WebSockets are offered', () => session.remoteSettings.enableConnectProtocol === true)
  const socket = new WebSocket(`ws://a.test${path}`, protocols, {
    maxPayload: 64 << 20,
    createConnection: () => new Carrier(session) as never,
  })
  await once(socket, 'open')
  return socket
}
