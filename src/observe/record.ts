// The one record of an exchange: what the access log prints and the counters count. Made once per exchange, always.
import type { Pointer } from '../base/pointer.ts'
import type { ReasonCode } from '../base/reason.ts'

/** Times are milliseconds with fractions; `undefined` means that the exchange never came so far. */
export interface ExchangeRecord {
  readonly requestId: string
  /** Which adoption of the config decided this exchange; counts from 1. */
  readonly generation: number
  readonly listener: string
  readonly route: string | undefined
  readonly pool: string | undefined
  readonly target: string | undefined
  /** The id of the agent through which the target was reached. */
  readonly agent: string | undefined
  /** Connections tried; 0 for answers of our own. */
  readonly attempts: number
  /** Whether the origin's connection had served before. */
  readonly reused: boolean
  /** `''` where the head was too broken to tell. */
  readonly method: string
  readonly scheme: string
  /** Host as sent. */
  readonly authority: string
  /** The request target as sent, path and query, unescaped bytes as latin1. */
  readonly requestTarget: string
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'
  /** What the visitor got, 499 when it left before an answer. */
  readonly status: number
  readonly reason: ReasonCode | undefined
  /** The place in the config that caused the reason. */
  readonly at: Pointer | undefined
  readonly detail: string | undefined
  /** The visitor's address after trusted proxies; the peer is who connected. Empty for unix sockets. */
  readonly client: string
  readonly peer: string
  readonly userAgent: string | undefined
  readonly referer: string | undefined
  readonly traceparent: string | undefined
  /** Wall clock, milliseconds since 1970, at the first byte of the head. */
  readonly startedAt: number
  readonly duration: number
  /** Until the connection to the origin stood; until its response head was complete. */
  readonly connectTime: number | undefined
  readonly headTime: number | undefined
  /** Body bytes without framing. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly upgraded: boolean
}
