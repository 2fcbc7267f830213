// Origins without a socket: whoever asks for a connection waits until the test says how it goes, and every request is remembered.
import type { Failure } from '../../src/base/failure.ts'
import type { ReasonCode } from '../../src/base/reason.ts'
import type { Connected, Dialed } from '../../src/upstream/place.ts'
import { ConnectionField } from '../../src/wire/h1/connection-field.ts'
import { Head } from '../../src/wire/h1/head.ts'
import type { ResponseMessage } from '../../src/wire/message.ts'
import type { OriginSide, OriginSink } from '../../src/wire/origin-side.ts'

/** What becomes of a connection, or of a request on it; a number is the status of an empty response. */
export type Fate = 'refused' | 'reset' | 'garbage' | 'timeout' | 'unprocessed' | number

const CODES: Readonly<Record<string, ReasonCode>> = {
  refused: 'connection_refused',
  reset: 'connection_terminated',
  garbage: 'http_protocol_error',
  timeout: 'http_response_timeout',
  unprocessed: 'connection_terminated',
}

function failureOf(fate: Fate): Failure {
  const isUnprocessed = fate === 'unprocessed'
  return { code: CODES[fate] ?? 'internal_error', side: 'origin', detail: String(fate), isUnprocessed }
}

/** One request on one connection. */
export class ScriptedOrigin implements OriginSide {
  readonly response: ResponseMessage
  readonly connection: ConnectionField = new ConnectionField()
  readonly isReused: boolean
  readonly isShared = false
  readonly isClear = true
  isUntouched = true
  readonly target: string
  body = ''
  isWhole = false
  isFlushed = false
  isAborted = false
  /** Undefined while it is open. */
  fate: Fate | undefined
  private readonly line = { status: 0, reason: '' }
  private sink: OriginSink | undefined

  constructor(target: string, isReused: boolean) {
    this.target = target
    this.isReused = isReused
    this.response = { line: this.line, head: new Head(), framing: 0, isBodiless: true }
  }

  begin(sink: OriginSink): void {
    this.sink = sink
  }

  send(piece: Buffer): void {
    this.body += piece.toString('latin1')
  }

  finishRequest(): void {
    this.isWhole = true
  }

  flush(): void {
    this.isFlushed = true
  }

  resume(): void {}

  abort(): void {
    this.isAborted = true
  }

  takeSocket(): never {
    throw new Error('a scripted origin has no socket')
  }

  end(fate: Fate): void {
    const { sink } = this
    this.fate = fate
    this.sink = undefined
    if (typeof fate !== 'number') {
      sink?.failed(failureOf(fate))
      return
    }
    this.isUntouched = false
    this.line.status = fate
    sink?.head()
    sink?.flush()
    if (!this.isAborted) sink?.end(undefined)
  }
}

/** All connections to all targets. */
export class ScriptedOrigins {
  /** In the order in which they were begun. */
  readonly requests: ScriptedOrigin[] = []
  private dialing: { readonly target: string; readonly connected: Connected } | undefined
  private readonly isKept: () => boolean

  /** `isKept`: whether the next connection that is asked for has served before. */
  constructor(isKept: () => boolean) {
    this.isKept = isKept
  }

  /** As the connections of one target. */
  at(target: string): { take(): OriginSide | undefined; dial(connected: Connected): Dialed } {
    return {
      take: () => (this.isKept() ? this.open(target, true) : undefined),
      dial: connected => {
        this.dialing = { target, connected }
        return { abort: () => (this.dialing = undefined) }
      },
    }
  }

  private open(target: string, isReused: boolean): ScriptedOrigin {
    const origin = new ScriptedOrigin(target, isReused)
    this.requests.push(origin)
    return origin
  }

  /** Gives the connection or the request under way its fate, whichever there is; `refused` is for connections only. */
  decide(fate: Fate): void {
    const { dialing } = this
    const current = this.requests.at(-1)
    this.dialing = undefined
    if (dialing !== undefined && fate === 'refused') dialing.connected(undefined, failureOf(fate))
    else if (dialing !== undefined) dialing.connected(this.open(dialing.target, false), undefined)
    else if (current?.fate === undefined && fate !== 'refused') current?.end(fate)
  }
}
