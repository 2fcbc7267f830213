// A message's head as the engine and the writers read it, whatever protocol carried it. Every head is checked by the grammar of
// HTTP/1.1, so that none goes on which another parser could read differently.
import type { ConnectionField } from './h1/connection-field.ts'
import type { Head } from './h1/head.ts'

export interface RequestMessage {
  readonly line: {
    readonly method: string
    /** As sent. */
    readonly target: string
    /** The path and query of the target; `*` for OPTIONS *. */
    readonly pathAndQuery: string
    readonly isHttp10: boolean
  }
  readonly head: Head
  /** Host, `:authority` or the absolute target's, checked; `''` for HTTP/1.0 without Host. */
  readonly authority: string
  /** The body's length in bytes, or CHUNKED where it wasn't announced. */
  readonly framing: number
  readonly hasBody: boolean
  /** The visitor waits for a 100 before it sends the body. */
  readonly expectsContinue: boolean
  /** A WebSocket asked for by an extended CONNECT (RFC 8441); such a handshake has no key. */
  readonly isConnect: boolean
}

export interface ResponseMessage {
  readonly line: {
    readonly status: number
    /** May be empty. */
    readonly reason: string
  }
  readonly head: Head
  /** The body's length in bytes, CHUNKED or UNTIL_CLOSE. */
  readonly framing: number
  /** There is no body whatever the fields say: answers to HEAD, 204, 304. */
  readonly isBodiless: boolean
}

/** A request with what its Connection field asked for. */
export interface Sender {
  readonly request: RequestMessage
  readonly connection: ConnectionField
}
