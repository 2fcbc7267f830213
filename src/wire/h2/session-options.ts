// What we offer a peer of HTTP/2, and how much of its doings we bear (RFC 9113 6.5.2, 10.5).
import type { ClientSessionOptions, ServerSessionOptions } from 'node:http2'
import type { ReaderLimits } from '../h1/request-reader.ts'

/** Streams that a visitor may have open at once, as nginx has it. */
const MAX_STREAMS = 128
/** What a peer may send ahead on one stream. */
const STREAM_WINDOW = 256 * 1024
/**
 * What it may send ahead on all of a connection. Node grants back at once what comes of this one, so it bounds no memory, only what
 * is under way on long lines.
 */
export const CONNECTION_WINDOW = 1024 * 1024
/** The octets that a field counts besides its name and value (RFC 9113 6.5.2). */
const FIELD_OVERHEAD = 32
/** Pseudo-headers, and a cookie in crumbs. */
const MORE_FIELDS = 64
/** Frames that nghttp2 finds fault with before it ends the connection. */
const MAX_INVALID_FRAMES = 100
const MAX_REJECTED_STREAMS = 100
/** Frames of settings or pings that wait for our answer to be read. */
const MAX_SETTINGS = 32
const MAX_PINGS = 10
/** MiB that a connection may hold: heads, and what its visitor doesn't take. */
const MAX_MEMORY = 16

/**
 * Options of a visitor's connection. A head may be larger than the limits by as much as it takes to see that it is too large,
 * so that it is answered (431, 414) and not reset.
 */
export function visitorOptions({
  maxHeaderBytes,
  maxHeaders,
  maxUrlBytes,
}: ReaderLimits): ServerSessionOptions {
  const fields = 2 * maxHeaders + MORE_FIELDS
  return {
    settings: {
      maxConcurrentStreams: MAX_STREAMS,
      initialWindowSize: STREAM_WINDOW,
      maxHeaderListSize: 2 * maxHeaderBytes + 2 * maxUrlBytes + fields * FIELD_OVERHEAD,
      enableConnectProtocol: true,
    },
    maxHeaderListPairs: fields,
    maxSessionInvalidFrames: MAX_INVALID_FRAMES,
    maxSessionRejectedStreams: MAX_REJECTED_STREAMS,
    maxSettings: MAX_SETTINGS,
    maxOutstandingPings: MAX_PINGS,
    maxSessionMemory: MAX_MEMORY,
    // Repeated fields are judged by the codec that both protocols share.
    strictSingleValueFields: false,
  }
}

/** Options of a connection to an origin: a head as large as HTTP/1.1 allows it, nothing pushed. */
export const ORIGIN_OPTIONS: ClientSessionOptions = {
  settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: 256 * 1024 },
  maxHeaderListPairs: 1024,
  maxSettings: MAX_SETTINGS,
  maxOutstandingPings: MAX_PINGS,
  maxSessionMemory: 4 * MAX_MEMORY,
  // Node takes it here too; its types don't know.
  ...({ strictSingleValueFields: false } satisfies ServerSessionOptions),
}
