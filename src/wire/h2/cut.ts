// Ends a stream whose body isn't whole. Node's `close` ends the body before it resets the stream, and whoever reads it would take a
// part for the whole (RFC 9113 8.1).
import type { Http2Stream } from 'node:http2'

/** Resets a stream; what was written goes out first where it can, an end of the body never does. */
export function cut(stream: Http2Stream, code: number): void {
  stream._final = done => done()
  stream.close(code)
}
