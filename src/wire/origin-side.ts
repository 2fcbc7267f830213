// The shape in which the engine sees one exchange with an origin, whatever protocol carries it.

import type { Socket } from 'node:net'
import type { Failure } from '../base/failure.ts'
import type { ConnectionField } from './h1/connection-field.ts'
import type { Head } from './h1/head.ts'
import type { ResponseReader } from './h1/response-reader.ts'

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

/** One exchange's origin. After `end`, `failed` or `abort` it belongs to nobody here. */
export interface OriginSide {
  readonly response: ResponseReader
  readonly connection: ConnectionField
  /** It has served an exchange before this one. */
  readonly isReused: boolean
  /** Everything written was taken by the kernel. */
  readonly isClear: boolean
  /** Not a byte of the response has come. */
  readonly isUntouched: boolean
  /** Adds to what `flush` sends: the head, chunk frames. */
  text(text: string): void
  /** A piece of the body, which may be kept until `isClear`. */
  send(piece: Buffer): void
  /** The same, framed as a chunk. */
  sendChunk(piece: Buffer): void
  /** The request is complete; without this the connection is not used again. */
  finishRequest(): void
  flush(): void
  /** Goes on reading after a `flush` that returned false. */
  resume(): void
  /** Ends the connection; no call follows. */
  abort(): void
  /** Gives up the socket after `upgraded`; what was read behind the 101 comes along. From now on `read` gets lent bytes. */
  takeSocket(read: (bytes: Buffer) => boolean): {
    readonly socket: Socket
    readonly early: Buffer | undefined
  }
}
