// What Node's own HTTP client makes of a response: real `node:http` requests over sockets that exist in memory only.
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { MemorySocket } from './memory-socket.ts'

export interface NodeResponse {
  readonly status: number
  readonly reason: string
  readonly fields: readonly string[]
  body: string
  trailers: readonly string[]
  isComplete: boolean
}

/** One request that waits for its response; every call is answered before it returns. */
export class NodeExchange {
  readonly interims: number[] = []
  response: NodeResponse | undefined
  isUpgraded = false
  /** An error code of the parser. */
  refusal: string | undefined
  private readonly socket = new MemorySocket()
  private readonly request: ClientRequest

  constructor(method: 'GET' | 'HEAD') {
    this.request = request({
      method,
      createConnection: () => this.socket,
      maxHeaderSize: 1024 * 1024,
      headers: { Connection: 'keep-alive' },
    })
    this.request.on('information', info => this.interims.push(info.statusCode))
    this.request.on('response', response => this.take(response))
    this.request.on('upgrade', () => {
      this.isUpgraded = true
    })
    this.request.on('error', (error: NodeJS.ErrnoException) => {
      this.refusal ??= error.code ?? error.message
    })
    this.request.end()
  }

  feed(bytes: Buffer): void {
    if (this.refusal === undefined && bytes.length > 0) this.socket.emit('data', bytes)
  }

  /** The origin closes its side. */
  close(): void {
    if (this.refusal === undefined) this.socket.emit('end')
  }

  drop(): void {
    this.request.destroy()
    this.socket.destroy()
  }

  private take(response: IncomingMessage): void {
    const taken: NodeResponse = {
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? '',
      fields: response.rawHeaders,
      body: '',
      trailers: [],
      isComplete: false,
    }
    this.response = taken
    response.on('error', () => undefined)
    response.push = (chunk: Buffer | null) => {
      if (chunk !== null) {
        taken.body += chunk.toString('latin1')
      } else {
        taken.isComplete = response.complete
        taken.trailers = response.rawTrailers
      }
      return true
    }
  }
}

/** Exchanges whose requests are out; Node needs a turn of the event loop for that, so they are made many at a time. */
export async function openExchanges(methods: readonly ('GET' | 'HEAD')[]): Promise<readonly NodeExchange[]> {
  const exchanges = methods.map(method => new NodeExchange(method))
  await turn()
  return exchanges
}
