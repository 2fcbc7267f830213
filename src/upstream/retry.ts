// When a failed attempt is followed by another one (design config and engine, "retry"): pure rules, no memory.
import { duration, share, size } from '../base/checked.ts'
import type { Failure } from '../base/failure.ts'
import type { Retry as WrittenRetry } from '../config/shape.gen.ts'

/**
 * What went wrong with an attempt: nothing was acted on; the connection ended before the response's head was complete; it never
 * became so in time; or the status of a response that isn't wanted.
 */
export type Trouble = 'connect' | 'reset' | 'timeout' | number

export interface Retry {
  /** In total, the first included; 1 for none after it. */
  readonly attempts: number
  readonly on: ReadonlySet<Trouble>
  /** Sent again although they might have been acted on. */
  readonly methods: ReadonlySet<string>
  /** Bytes. */
  readonly bodyBuffer: number
  /** Retries for each request, 0 to 1. */
  readonly budget: number
  /** Milliseconds. */
  readonly backoff: number
}

/** Off; and what a key means that nobody wrote. */
export const NO_RETRY: Retry = Object.freeze({
  attempts: 1,
  on: new Set<Trouble>(['connect']),
  methods: new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']),
  bodyBuffer: 64 * 1024,
  budget: 0.2,
  backoff: 25,
})

/** What is written goes over what was merged so far, key by key; `null` is the built-in default. */
export function mergeRetry(below: Retry, written: WrittenRetry): Retry {
  if (Object.keys(written).length === 0) return below
  return Object.freeze({
    attempts: merged(written.attempts, Number, below.attempts, NO_RETRY.attempts),
    on: merged(written.on, words => new Set(words.map(troubleWord)), below.on, NO_RETRY.on),
    methods: merged(written.methods, words => new Set(words), below.methods, NO_RETRY.methods),
    bodyBuffer: merged(written.body_buffer, size, below.bodyBuffer, NO_RETRY.bodyBuffer),
    budget: merged(written.budget, share, below.budget, NO_RETRY.budget),
    backoff: merged(written.backoff, duration, below.backoff, NO_RETRY.backoff),
  })
}

function merged<W, T>(written: W | null | undefined, read: (written: W) => T, below: T, builtIn: T): T {
  if (written === undefined) return below
  return written === null ? builtIn : read(written)
}

function troubleWord(word: string): Trouble {
  return word.startsWith('status:') ? Number(word.slice('status:'.length)) : (word as Trouble)
}

/** Whether an attempt that went wrong so may be followed by another one. */
export function allows(retry: Retry, trouble: Trouble, method: string, isUpgrade: boolean): boolean {
  if (!retry.on.has(trouble)) return false
  return trouble === 'connect' || mayRepeat(retry, method, isUpgrade)
}

/** Whether a request that might have been acted on may be sent again at all. */
export function mayRepeat(retry: Retry, method: string, isUpgrade: boolean): boolean {
  return !isUpgrade && retry.methods.has(method)
}

/** The words of the file for what a request of a method is sent again after; a WebSocket's is `connect` alone. */
export function conditionsFor(retry: Retry, method: string): readonly string[] {
  return [...retry.on]
    .filter(trouble => allows(retry, trouble, method, false))
    .map(trouble => (typeof trouble === 'number' ? `status:${trouble}` : trouble))
}

/** What a failure is, once the request was on its way; undefined for what no retry would mend. */
export function troubleOf(failure: Failure): Trouble | undefined {
  if (failure.isUnprocessed === true) return 'connect'
  switch (failure.code) {
    case 'agent_disconnected':
    case 'connection_refused':
    case 'connection_terminated':
    case 'destination_ip_unroutable':
    case 'http_protocol_error':
    case 'http_response_header_section_size':
    case 'tls_alert_received':
    case 'tls_protocol_error':
      return 'reset'
    case 'connection_read_timeout':
    case 'connection_timeout':
    case 'connection_write_timeout':
    case 'http_response_timeout':
      return 'timeout'
    default:
      return undefined
  }
}

/** How long the retry of that number, from 1, waits: full jitter over a time that doubles. `fraction` is in [0, 1). */
export function pauseBefore(retry: Retry, number: number, fraction: number): number {
  return fraction * retry.backoff * 2 ** (number - 1)
}
