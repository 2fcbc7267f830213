// Readers of connections that are over, for connections that come: the tables of a reader cost more than what else a connection
// needs of us.
import { type ReaderLimits, type RequestEvents, RequestReader } from './request-reader.ts'

/** Of those that wait for a connection. */
const MOST = 64

export class SpareReaders {
  private readonly spare: RequestReader[] = []

  take(limits: ReaderLimits, events: RequestEvents, scheme: 'http' | 'https'): RequestReader {
    const reader = this.spare.pop()
    if (reader === undefined) return new RequestReader(limits, events, scheme)
    reader.reuse(limits, events, scheme)
    return reader
  }

  /** Nobody looks at its request any more. */
  giveBack(reader: RequestReader): void {
    if (this.spare.length === MOST) return
    reader.rest()
    this.spare.push(reader)
  }
}
