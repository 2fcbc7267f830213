// What Node's own HTTP server makes of bytes: a real `node:http` server, fed through sockets that exist in memory only.
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { MemorySocket } from './memory-socket.ts'

export interface NodeRequest {
  readonly method: string
  readonly target: string
  /** Names and values in turn, as Node keeps them. */
  readonly fields: readonly string[]
  readonly isPersistent: boolean
  body: string
  trailers: readonly string[]
  isComplete: boolean
}

export interface NodeServerLog {
  readonly requests: readonly NodeRequest[]
  /** An error code of the parser, or the status that the server answered by itself. */
  readonly refusal: string | undefined
}

/** One server for any number of connections; every call is answered before it returns. */
export class NodeServer {
  private readonly server: Server
  private requests: NodeRequest[] = []
  private refusal: string | undefined

  constructor() {
    const answered = (status: number): void => {
      this.refuse(String(status))
    }
    class Answer extends ServerResponse {
      // Only the server itself answers here: 400 without Host, 417 for an unknown expectation.
      override writeHead(status: number): this {
        answered(status)
        return super.writeHead(status)
      }
    }
    this.server = createServer({
      ServerResponse: Answer,
      maxHeaderSize: 1024 * 1024,
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      connectionsCheckingInterval: 2 ** 30,
    })
    const take = (request: IncomingMessage, response: ServerResponse): void => this.take(request, response)
    this.server.on('request', take)
    this.server.on('checkContinue', take)
    this.server.on('clientError', (error: NodeJS.ErrnoException) => this.refuse(error.code ?? error.message))
    this.server.on('connect', () => this.refuse('CONNECT'))
  }

  /** Feeds one connection's bytes and tells what came of them. */
  read(bytes: Buffer): NodeServerLog {
    this.requests = []
    this.refusal = undefined
    const socket = new MemorySocket()
    this.server.emit('connection', socket)
    socket.emit('data', bytes)
    socket.destroy()
    return { requests: this.requests, refusal: this.refusal }
  }

  private refuse(why: string): void {
    this.refusal ??= why
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    // What comes behind a request that was answered 400 or 417 is not ours to compare.
    if (this.refusal !== undefined) return
    const taken: NodeRequest = {
      method: request.method ?? '',
      target: request.url ?? '',
      fields: request.rawHeaders,
      isPersistent: response.shouldKeepAlive,
      body: '',
      trailers: [],
      isComplete: false,
    }
    this.requests.push(taken)
    request.push = (chunk: Buffer | null) => {
      if (chunk !== null) {
        taken.body += chunk.toString('latin1')
      } else {
        taken.isComplete = true
        taken.trailers = request.rawTrailers
      }
      return true
    }
  }
}
