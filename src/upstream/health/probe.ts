// One probe: one request over a connection of its own, which nothing else uses and which is closed when it is over.
// Mutable on purpose: one object that the connection calls directly.
import { nextTurn, type Timer } from '../../base/clock.ts'
import { formatDuration } from '../../base/duration.ts'
import type { Failure } from '../../base/failure.ts'
import { hasStatus } from '../../base/statuses.ts'
import { STANDARD } from '../../http/request-policy.ts'
import { ConnectionField } from '../../wire/h1/connection-field.ts'
import { Head } from '../../wire/h1/head.ts'
import { H1Origin, type OriginOwner, type WireParts } from '../../wire/h1/origin.ts'
import type { RequestPlan } from '../../wire/h1/write-request.ts'
import type { H2OriginSession, SessionOwner } from '../../wire/h2/origin-session.ts'
import type { Sender } from '../../wire/message.ts'
import type { OriginSide, OriginSink, OriginTimeouts } from '../../wire/origin-side.ts'
import { dialRequest } from '../dial-request.ts'
import { type Dialed, Place } from '../place.ts'
import { SharedDial } from '../shared-dial.ts'
import type { ProxyTarget } from '../target.ts'
import type { Probing } from './health.ts'
import type { HealthCheck } from './rules.ts'

/** Of a body so much is read; an answer with more has shown enough. */
const MAX_BODY = 64 * 1024
/** The probe's own timeout is for the whole of it. */
const NO_TIMEOUTS: OriginTimeouts = { head: 0, read: 0, write: 0 }

/** Asks a target once; calls `done` once, later, with what was wrong, or undefined when nothing was. */
export function startProbe(
  target: ProxyTarget,
  check: HealthCheck,
  parts: WireParts,
  done: (why: string | undefined) => void,
): Probing {
  return new Probe(target, check, parts, done)
}

class Probe implements Probing, OriginSink, OriginOwner, SessionOwner {
  private readonly target: ProxyTarget
  private readonly check: HealthCheck
  private readonly parts: WireParts
  private readonly done: (why: string | undefined) => void
  private readonly timer: Timer
  private readonly dialed: Dialed
  private origin: OriginSide | undefined
  private session: H2OriginSession | undefined
  private bodyBytes = 0
  private isOver = false

  constructor(
    target: ProxyTarget,
    check: HealthCheck,
    parts: WireParts,
    done: (why: string | undefined) => void,
  ) {
    this.target = target
    this.check = check
    this.parts = parts
    this.done = done
    this.timer = parts.clock.after(check.timeout, () => this.expired())
    this.dialed = target.profile.peer.alpn === 'h1' ? this.dialHttp1() : this.dialShared()
  }

  private dialHttp1(): Dialed {
    const request = dialRequest(this.target.profile, this.parts)
    const origin: H1Origin = H1Origin.dial(request, this.parts, this, failure => {
      if (failure === undefined) this.ask(origin)
      else this.failed(failure)
    })
    return origin
  }

  private dialShared(): Dialed {
    const { parts, target } = this
    const { profile } = target
    const request = dialRequest(profile, parts)
    const dial = new SharedDial({ request, profile, parts, owner: this }, outcome => {
      if (outcome.kind === 'failed') this.failed(outcome.failure)
      else if (outcome.kind === 'http1') this.ask(H1Origin.over(outcome.socket, parts, this))
      else if (outcome.kind === 'http2') {
        this.session = outcome.session
        this.ask(outcome.session.side())
      }
    })
    const place = new Place(() => undefined)
    dial.join(place)
    return place
  }

  private ask(origin: OriginSide): void {
    const { check, target } = this
    this.origin = origin
    const plan: RequestPlan = {
      target: check.path,
      host: check.host ?? target.profile.origin.hostField,
      ours: { lines: [], joined: '' },
      ownCookies: [],
      requestIdLine: '',
      edits: check.requestEdits,
      policy: STANDARD,
      upgrade: undefined,
      webSocketKey: undefined,
      close: true,
    }
    origin.begin(this, bareRequest(check), plan, NO_TIMEOUTS)
    origin.finishRequest(undefined)
    origin.flush()
  }

  cancel(): void {
    if (this.isOver) return
    this.isOver = true
    this.timer.cancel()
    this.dialed.abort()
    this.origin?.abort()
    this.session?.destroy()
  }

  private settle(why: string | undefined): void {
    if (this.isOver) return
    this.cancel()
    this.done(why)
  }

  /** What came while this program stood still is read first. */
  private expired(): void {
    void nextTurn().then(() => this.settle(`no whole answer within ${formatDuration(this.check.timeout)}`))
  }

  // What the origin's connection calls.

  head(): void {
    const status = this.origin?.response.line.status ?? 0
    if (!hasStatus(this.check.expected, status)) this.settle(`answered ${status}`)
  }

  data(piece: Buffer): void {
    this.bodyBytes += piece.length
    if (this.bodyBytes > MAX_BODY) this.settle(undefined)
  }

  end(): void {
    this.settle(undefined)
  }

  upgraded(): void {
    this.settle('answered 101, which nobody asked for')
  }

  failed({ code, detail }: Failure): void {
    this.settle(`${code}: ${detail}`)
  }

  interim(): void {}

  drained(): void {}

  flush(): boolean {
    return true
  }

  // Nothing of its connection is used again.

  freed(origin: H1Origin): void {
    origin.abort()
  }

  rested(session: H2OriginSession): void {
    session.destroy()
  }

  roomier(): void {}

  closed(): void {}
}

/** A request without a field or a body; what it has to say stands in the plan. */
function bareRequest({ method, path }: HealthCheck): Sender {
  return {
    connection: new ConnectionField(),
    request: {
      line: { method, target: path, pathAndQuery: path, isHttp10: false },
      head: new Head(),
      authority: '',
      framing: 0,
      hasBody: false,
      expectsContinue: false,
      isConnect: false,
    },
  }
}
