// Keeps the native half of a session until those of its streams are gone. When both become garbage in one turn, Node 24 and 26 may
// free the session first; a stream that ended inside a field section then still counts towards the session's memory, and the
// process aborts (`current_nghttp2_memory_ == 0`, node_http2.cc). Whoever left inside their trailers could end us.

/** What is held stays reachable for as long as its stream does, and for one collection more. */
const HELD = new FinalizationRegistry<object>(() => undefined)

/** The native half of a session or stream: the one thing of node:http2 that we need and it doesn't show. */
function nativeOf(owner: object): object | undefined {
  const symbol = Object.getOwnPropertySymbols(owner).find(({ description }) => description === 'kHandle')
  const native: unknown = symbol === undefined ? undefined : Reflect.get(owner, symbol)
  return typeof native === 'object' && native !== null ? native : undefined
}

/** To be called while both are open, for every stream on which more fields may come. */
export function outlive(session: object, stream: object): void {
  const [held, until] = [nativeOf(session), nativeOf(stream)]
  if (held !== undefined && until !== undefined) HELD.register(until, held)
}
