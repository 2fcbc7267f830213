// What a session allows and how long it waits. The defaults are those of the wire's other speakers (reference, yamux parameters).

export interface MuxTerms {
  /** Streams that are open at once; one more from the other side is reset. */
  readonly maxStreams: number
  /** Streams that we opened and the other side has not acknowledged; more of them wait. Go's accept backlog is as large. */
  readonly maxUnacknowledged: number
  /** The largest receive window of one stream, in bytes. */
  readonly maxWindow: number
  /** By how many bytes all receive windows of a session together may grow beyond the first 256 KiB of each. */
  readonly windowBudget: number
  /** Milliseconds between two pings. */
  readonly pingInterval: number
  /** Milliseconds without an answer, or anything else, after which the other side is dead. */
  readonly pingTimeout: number
  /** Milliseconds that a stream may take from `open` to its acknowledgement. */
  readonly openTimeout: number
  /** Milliseconds of silence on a stream that we have ended and the other side has not. */
  readonly closeTimeout: number
}

/** Bytes of the buffer that sessions read into: whoever writes a read on has room for a head before it in one of 32 KiB. */
export const READ_BYTES: number = 31 * 1024

export const DEFAULT_TERMS: MuxTerms = {
  maxStreams: 2048,
  maxUnacknowledged: 256,
  maxWindow: 16 * 1024 * 1024,
  windowBudget: 64 * 1024 * 1024,
  pingInterval: 20_000,
  pingTimeout: 10_000,
  openTimeout: 10_000,
  closeTimeout: 30_000,
}
