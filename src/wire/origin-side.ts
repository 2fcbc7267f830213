// The shape in which the engine sees one exchange with an origin, whatever protocol carries it.

import type { Failure } from '../base/failure.ts'
import type { ConnectionField } from './h1/connection-field.ts'
import type { Head } from './h1/head.ts'
import type { RequestPlan } from './h1/write-request.ts'
import type { ResponseMessage, Sender } from './message.ts'
import type { RelayEnd } from './relay.ts'

/** Who takes the response. Order: interim*, head, data*, end; or upgraded; or failed at any point, after which nothing follows. */
export interface OriginSink {
  interim(): void
  head(): void
  /** A lent piece must be used up before this returns. */
  data(piece: Buffer, isLent: boolean): void
  end(trailers: Head | undefined): void
  upgraded(): void
  failed(failure: Failure): void
  /** The origin takes bytes again. */
  drained(): void
  /** All bytes at hand were handed on: what was gathered for the visitor should go. Returns whether the kernel took it all. */
  flush(): boolean
}

/** Milliseconds; 0 turns one off. */
export interface OriginTimeouts {
  /** From the last byte of the request to the end of the response head. */
  readonly head: number
  /** Silence between two reads. */
  readonly read: number
  /** The origin accepts no bytes. */
  readonly write: number
}

/** One exchange's origin. After `end`, `failed` or `abort` it belongs to nobody here. */
export interface OriginSide {
  readonly response: ResponseMessage
  readonly connection: ConnectionField
  /** It has served an exchange before this one. */
  readonly isReused: boolean
  /** Other exchanges are on the same connection: it may refuse one without having looked at it. */
  readonly isShared: boolean
  /** Everything written was taken by the kernel. */
  readonly isClear: boolean
  /** Not a byte of the response has come. */
  readonly isUntouched: boolean
  /** Starts the exchange: the request's head goes with the next `flush`. */
  begin(sink: OriginSink, sender: Sender, plan: RequestPlan, timeouts: OriginTimeouts): void
  /** A piece of the body; a lent one is used up before this returns, any other may be kept until `isClear`. */
  send(piece: Buffer, isLent: boolean): void
  /** The request is complete; without this the connection is not used again. */
  finishRequest(trailers: Head | undefined): void
  flush(): void
  /** Goes on reading after a `flush` that returned false. */
  resume(): void
  /** Ends the connection; no call follows. */
  abort(): void
  /** Gives up the socket, or the stream in its place, after `upgraded`; what was read behind the head comes along. From now on `read` gets lent bytes. */
  takeSocket(read: (bytes: Buffer) => boolean): RelayEnd
}
