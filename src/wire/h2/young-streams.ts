// node:http2 keeps the streams of a connection in a Map, whose table keeps those that are over once it is old (base/roster). A Map
// made anew is young. It stands inside the session: ugly, so nobody else knows. Where a Node has another name for it nothing is done.
import type { Http2Session } from 'node:http2'
import { isMap } from 'node:util/types'

/** So many streams come and go between two Maps: a table of this size is copied in a microsecond or two. */
const EVERY = 64

interface State {
  streams?: unknown
}

function stateOf(session: Http2Session): State | undefined {
  const inside = session as Http2Session & { readonly [name: symbol]: unknown }
  const name = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')
  const state = name === undefined ? undefined : inside[name]
  return typeof state === 'object' && state !== null ? state : undefined
}

/** One for each connection that lasts. */
export class YoungStreams {
  private left = EVERY
  private readonly state: State | undefined

  constructor(session: Http2Session) {
    this.state = stateOf(session)
  }

  /** Call it for every stream that is over. */
  streamClosed(): void {
    if (--this.left > 0) return
    this.left = EVERY
    const { state } = this
    if (isMap(state?.streams)) state.streams = new Map(state.streams)
  }
}
