// The shape in which the engine sees a visitor's request, whatever protocol carried it, and what it may do with it.

import type { Socket } from 'node:net'
import type { Member } from '../base/roster.ts'
import type { Answer } from '../http/answer.ts'
import type { FieldEdits } from '../http/edits.ts'
import type { ConnectionField } from './h1/connection-field.ts'
import type { Head } from './h1/head.ts'
import type { Refusal } from './h1/refusal.ts'
import type { ReaderLimits } from './h1/request-reader.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import type { RelayEnd } from './relay.ts'

/** Bytes and milliseconds; 0 turns a timeout off. */
export interface VisitorLimits extends ReaderLimits {
  readonly headerTimeout: number
  readonly bodyIdleTimeout: number
  readonly writeIdleTimeout: number
  readonly keepaliveTimeout: number
}

/** Who takes the body of one request, and hears how its visitor fares. After `gone` or `refused` nothing follows. */
export interface RequestSink {
  /** A lent piece is used up, or copied, before this returns; any other is the sink's to keep. */
  data(piece: Buffer, isLent: boolean): void
  end(trailers: Head | undefined): void
  /** The body can't be read on: broken framing, too large, too slow. */
  refused(refusal: Refusal): void
  /** The visitor left before its answer was complete. */
  gone(): void
  /** The visitor takes bytes again; `side.isClear` is true. */
  drained(): void
  /** The visitor takes nothing for longer than write_idle_timeout. */
  stalled(): void
  /** All bytes at hand were handed on: what was gathered for the origin should go. */
  flush(): void
}

/** What a TLS handshake said and agreed on. */
export interface Security {
  /** The name that the visitor asked for (SNI); undefined when it asked for none. */
  readonly name: string | undefined
  /** Whether the certificate that it was shown is for a host. */
  covers(host: string): boolean
}

/** One request's visitor. Calls after `finish` or `abort` do nothing. */
export interface VisitorSide {
  readonly request: RequestMessage
  readonly connection: ConnectionField
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'
  /** The address that connected, or that a trusted proxy's PROXY header names; `''` on a unix socket. */
  readonly peer: string
  /** Undefined in plain text. */
  readonly security: Security | undefined
  /** What the engine wants to remember of this connection between requests. */
  memo: object | undefined
  /** Everything written was taken by the kernel. */
  readonly isClear: boolean
  /** Stops and goes on reading the request's body. */
  pause(): void
  resume(): void
  /** Our own 100, when the origin keeps silent. */
  sendContinue(): void
  /** A 1xx of the origin. */
  interim(response: ResponseMessage, connection: ConnectionField): void
  /** Begins the origin's final response. */
  begin(response: ResponseMessage, connection: ConnectionField, edits: FieldEdits | undefined): void
  /** A piece of its body; lent pieces are used up before this returns. */
  send(piece: Buffer, isLent: boolean): void
  /** Its end. */
  finish(trailers: Head | undefined): void
  /** A whole answer of our own. */
  answer(answer: Answer, edits: FieldEdits | undefined): void
  /** Hands what was gathered to the kernel. */
  flush(): void
  /** Cuts the connection so that the visitor sees an incomplete message. */
  abort(): void
  /**
   * Accepts the change of protocol that the request asked for and gives up the socket, or the stream in its place; what was read behind the
   * request comes along. `cookie`: the value of a Set-Cookie of ours.
   */
  takeSocket(response: ResponseMessage, connection: ConnectionField, cookie: string | undefined): RelayEnd
}

/** A visitor's connection, as the engine sees it. */
export interface VisitorConnection extends Member {
  /** Its listener is going away: it learns it where its protocol has a word for that. */
  drain(): void
  /** Closes it gently once nothing is under way. */
  closeIdle(): void
  /** Ends it at once, whatever it does. */
  destroy(): void
}

/** The engine, as a visitor's connection sees it. One per listening address; its answers follow the running config. */
export interface VisitorPort {
  readonly limits: VisitorLimits
  /** The listener is going away: answers close their connections. */
  readonly isDraining: boolean
  /** A connection may begin with the preface of HTTP/2. */
  readonly speaksHttp2: boolean
  dateLine(): string
  /** A request's head has come. */
  openExchange(side: VisitorSide): RequestSink
  /** A request that never became one: the answer to send, or undefined to close without a word. */
  refuse(side: VisitorSide, refusal: Refusal): void
  /** The connection has sent the preface of HTTP/2: its socket, with all that was read put back, is somebody else's now. */
  becomeHttp2(connection: VisitorConnection, socket: Socket, peer: string): void
  /** The connection is over. */
  closed(connection: VisitorConnection): void
}
