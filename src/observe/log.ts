// The log: named events with fields, as JSON or for people. The only file that knows pino.
import { destination, pino, stdSerializers } from 'pino'
import type { Clock } from '../base/clock.ts'
import type { EventName } from './events.ts'
import { type Lines, QUEUE_LIMIT } from './lines.ts'
import { harmlessJson } from './plain-text.ts'
import { prettyLine } from './pretty.ts'
import { rfc3339 } from './timestamps.ts'

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** What one occurrence adds to its name. Plain values and Errors; a Secret prints as `[secret]`. */
export type Fields = Readonly<Record<string, unknown>>

type Tell = (event: EventName, fields?: Fields) => void

/** `error`: a person must act. `warn`: we serve, but worse. `info`: something changed. `debug`: one exchange. */
export interface Log {
  readonly trace: Tell
  readonly debug: Tell
  readonly info: Tell
  readonly warn: Tell
  readonly error: Tell
}

export interface LogRules {
  readonly level: Level
  readonly format: 'json' | 'pretty'
}

export interface OpenLog extends Log {
  /** What holds for events from now on. */
  configure(rules: LogRules): void
}

/** Opens the log on `lines`. With `colors`, the pretty format uses them. */
export function openLog(parts: {
  readonly lines: Lines
  readonly clock: Clock
  readonly rules: LogRules
  readonly colors: boolean
}): OpenLog {
  const { lines, clock, colors } = parts
  const time = rfc3339()
  let format = parts.rules.format
  const outlet = {
    write(line: string): void {
      lines.write(format === 'json' ? harmlessJson(line) : prettyLine(line, colors))
    },
  }
  const root = pino(
    {
      level: parts.rules.level,
      base: null,
      timestamp: () => `,"time":"${time(clock.wall())}"`,
      formatters: { level: label => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    outlet,
  )
  const teller =
    (level: Level): Tell =>
    (event, fields) =>
      root[level]({ event, ...fields })
  return {
    trace: teller('trace'),
    debug: teller('debug'),
    info: teller('info'),
    warn: teller('warn'),
    error: teller('error'),
    configure(rules) {
      root.level = rules.level
      format = rules.format
    },
  }
}

/**
 * Lines into a file, a terminal or a device. `inOrder` writes before it returns (for events); otherwise a thread writes, so that
 * a slow disk stops nobody (for records). Pipes and sockets: `streamLines`.
 */
export function fileLines(parts: {
  readonly file: number | string
  readonly inOrder: boolean
  readonly clock: Clock
  readonly limit?: number
}): Lines {
  const outlet = destination({
    dest: parts.file,
    sync: parts.inOrder,
    maxLength: parts.limit ?? QUEUE_LIMIT,
    maxWrite: 256 * 1024,
    contentMode: 'buffer',
  })
  // What it is given must be buffers then, which its types don't know; a string it would encode three times.
  const put = (text: string | Buffer): void =>
    void outlet.write((typeof text === 'string' ? Buffer.from(text) : text) as unknown as string)
  let isDropped = false
  let isOver = false
  outlet.on('drop', () => {
    isDropped = true
  })
  // A full disk: what waits stays and is tried again with the next line; what doesn't fit is dropped and counted.
  outlet.on('error', () => {})
  return {
    write(text) {
      if (isOver) return false
      isDropped = false
      put(text)
      return !isDropped
    },
    close(ms) {
      isOver = true
      return new Promise(resolve => {
        const finish = (): void => {
          timer.cancel()
          outlet.destroy()
          resolve()
        }
        const timer = parts.clock.after(ms, finish)
        outlet.once('finish', finish)
        outlet.end()
      })
    },
  }
}
