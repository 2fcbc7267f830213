// The access log: one line per exchange, collected for a moment and handed on in one piece.
import type { Clock, Timer } from '../base/clock.ts'
import { combinedLine } from './access-combined.ts'
import { jsonLines } from './access-json.ts'
import { LineBytes } from './line-bytes.ts'
import type { Lines } from './lines.ts'
import type { Log } from './log.ts'
import type { ExchangeRecord } from './record.ts'
import { commonLogTime, rfc3339 } from './timestamps.ts'

/** Where the engine puts every record. */
export interface AccessSink {
  record(r: ExchangeRecord): void
}

export interface AccessRules {
  readonly enabled: boolean
  readonly format: 'json' | 'combined'
  /** 0 to 1; records with a status of 500 or more, or with a reason that names a failure, are always kept. */
  readonly sample: number
}

export interface AccessLog extends AccessSink {
  /** What holds for records from now on; lines already made are not lost. */
  configure(rules: AccessRules): void
  /** Writes out what is there, waiting for the reader for at most `ms`. */
  close(ms: number): Promise<void>
}

/** Bytes that are worth a write; together with `FLUSH_AFTER` at most a second old. */
const BATCH = 256 * 1024
/** The last line of a batch may go past it. */
const LINE = 8 * 1024
const FLUSH_AFTER = 500
const TELL_AFTER = 10_000

/** Reasons that tell of an ordinary answer of ours. */
const ORDINARY: ReadonlySet<string> = new Set(['no_route', 'redirect', 'static', 'options_asterisk'])

/** A number in [0, 1) that is always the same for the same id (FNV-1a), so that a retried or traced id is in or out everywhere. */
function shareOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** Whether a record is printed under a sample. */
export function isKept(r: ExchangeRecord, sample: number): boolean {
  if (sample >= 1 || r.status >= 500) return true
  if (r.reason !== undefined && !ORDINARY.has(r.reason)) return true
  return shareOf(r.requestId) < sample
}

/** Opens the access log on `lines`; what has to be dropped is told to `log`. */
export function openAccessLog(parts: {
  readonly lines: Lines
  readonly clock: Clock
  readonly log: Log
  readonly rules: AccessRules
}): AccessLog {
  const { lines, clock, log } = parts
  const jsonLine = jsonLines()
  const jsonTime = rfc3339()
  const combinedTime = commonLogTime()
  let rules = parts.rules
  const batch = new LineBytes(BATCH + LINE)
  let count = 0
  let dropped = 0
  let flushTimer: Timer | undefined
  let tellTimer: Timer | undefined

  const tell = (): void => {
    tellTimer = undefined
    if (dropped === 0) return
    log.warn('access/dropped', { count: dropped })
    dropped = 0
    tellTimer = clock.after(TELL_AFTER, tell)
  }
  const flush = (): void => {
    flushTimer?.cancel()
    flushTimer = undefined
    if (count === 0) return
    if (!lines.write(batch.take())) {
      dropped += count
      if (tellTimer === undefined) tell()
    }
    count = 0
  }

  return {
    record(r) {
      if (!rules.enabled || !isKept(r, rules.sample)) return
      if (rules.format === 'json') jsonLine(r, jsonTime(r.startedAt), batch)
      else batch.text(combinedLine(r, combinedTime(r.startedAt)))
      count++
      if (batch.length >= BATCH) flush()
      else flushTimer ??= clock.after(FLUSH_AFTER, flush)
    },
    configure(next) {
      rules = next
    },
    async close(ms) {
      flush()
      tellTimer?.cancel()
      if (dropped > 0) log.warn('access/dropped', { count: dropped })
      dropped = 0
      await lines.close(ms)
    },
  }
}
