// One exchange's way to an origin: takes or makes a connection, sends the request, hands the response to the visitor.
// Mutable on purpose: one object per forwarded request, called directly by the origin's connection.
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Reason } from '../base/reason.ts'
import type { Connections } from '../upstream/connections.ts'
import type { Dialed } from '../upstream/place.ts'
import type { Leg } from '../upstream/target.ts'
import type { Head } from '../wire/h1/head.ts'
import type { RequestPlan } from '../wire/h1/write-request.ts'
import type { OriginSide, OriginSink } from '../wire/origin-side.ts'
import { type Relay, type Relayed, startRelay } from '../wire/relay.ts'
import type { Exchange } from './exchange.ts'
import { answerFlaw, upgradeFlaw } from './upgrade.ts'

/** Methods that may be sent twice (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
/** A body up to this size is kept so that a dead pooled connection can be replaced. */
const MAX_REPLAY = 64 * 1024
/** Connections tried for one request; each one but the last turned out to be closing. */
const MAX_ATTEMPTS = 5
/** How long the origin may keep silent about an expectation before we say 100 ourselves. */
const CONTINUE_AFTER = 1_000

export class Attempt implements OriginSink {
  /** The request's head was written; body pieces go straight on. */
  isSending = false
  private readonly exchange: Exchange
  private readonly leg: Leg
  private readonly connections: Connections
  private readonly plan: RequestPlan
  private readonly clock: Clock
  private origin: OriginSide | undefined
  private dialed: Dialed | undefined
  private relay: Relay | undefined
  private continueTimer: Timer | undefined
  private saidContinue = false
  private readonly isIdempotent: boolean
  /** What was sent of the body is still at hand. */
  private holdsBody = true
  private isOver = false

  constructor(exchange: Exchange, leg: Leg, connections: Connections, plan: RequestPlan, clock: Clock) {
    this.exchange = exchange
    this.leg = leg
    this.connections = connections
    this.plan = plan
    this.clock = clock
    this.isIdempotent = IDEMPOTENT.has(exchange.side.request.line.method) && !plan.isUpgrade
  }

  start(): void {
    const pooled = this.connections.take()
    if (pooled === undefined) this.dial()
    else this.send(pooled)
  }

  private dial(): void {
    this.origin = undefined
    this.dialed = this.connections.dial((origin, failure) => {
      this.dialed = undefined
      if (origin !== undefined) {
        this.send(origin)
        this.flushRequest()
        return
      }
      this.over()
      this.exchange.fail(failure, this.reasonFor(failure))
    })
    this.exchange.attempts++
  }

  private send(origin: OriginSide): void {
    const { exchange, leg, plan } = this
    this.origin = origin
    this.isSending = true
    if (origin.isReused) exchange.attempts++
    exchange.isReused = origin.isReused
    exchange.connectTime = origin.isReused ? 0 : this.clock.now() - exchange.start
    const { peer } = leg.profile
    origin.begin(this, exchange.side, plan, {
      head: leg.responseHeaderTimeout,
      read: peer.readTimeout,
      write: peer.writeTimeout,
    })
    for (const piece of exchange.waiting) origin.send(piece)
    this.holdsBody &&= this.mayComeBack(origin)
    if (!this.holdsBody) exchange.forgetBody()
    if (exchange.isRequestEnded) this.endRequest()
    else if (exchange.side.request.expectsContinue) this.awaitContinue()
    exchange.side.resume()
  }

  private awaitContinue(): void {
    this.continueTimer = this.clock.after(CONTINUE_AFTER, () => {
      this.saidContinue = true
      this.exchange.side.sendContinue()
    })
  }

  /** A piece of the request's body, on its way while the visitor sends it. */
  body(piece: Buffer): void {
    const { exchange } = this
    if (this.holdsBody && this.origin?.isUntouched === true) {
      if (exchange.bytesIn <= MAX_REPLAY) exchange.waiting.push(piece)
      else this.keepNothing()
    }
    this.origin?.send(piece)
  }

  private keepNothing(): void {
    this.holdsBody = false
    this.exchange.forgetBody()
  }

  endRequest(): void {
    this.origin?.finishRequest(this.exchange.trailers)
  }

  /** Sends what was gathered; an origin that takes it slowly makes the visitor wait. */
  flushRequest(): void {
    const { origin } = this
    if (origin === undefined || !this.isSending || this.isOver) return
    origin.flush()
    if (!origin.isClear && !this.exchange.isRequestEnded) this.exchange.side.pause()
  }

  visitorDrained(): void {
    this.origin?.resume()
  }

  /** Gives the attempt up: nothing is written to the visitor any more. */
  abort(): void {
    if (this.isOver) return
    this.over()
    if (this.relay === undefined) {
      this.dialed?.abort()
      this.origin?.abort()
      return
    }
    this.count(this.relay.bytes)
    this.relay.cut()
  }

  private count(relayed: Relayed): void {
    this.exchange.bytesIn = relayed.fromVisitor
    this.exchange.bytesOut = relayed.fromOrigin
  }

  private over(): void {
    this.isOver = true
    this.continueTimer?.cancel()
  }

  // What the origin's connection calls.

  interim(): void {
    const { origin, exchange } = this
    if (origin === undefined) return
    if (origin.response.line.status === 100) {
      this.continueTimer?.cancel()
      if (this.saidContinue) return
      this.saidContinue = true
    }
    exchange.side.interim(origin.response, origin.connection)
  }

  head(): void {
    this.continueTimer?.cancel()
    const { origin, exchange } = this
    exchange.forgetBody()
    if (origin === undefined) return
    const flaw = answerFlaw(exchange.side, origin)
    if (flaw === undefined) exchange.begin(origin.response, origin.connection)
    else this.notUpgraded(flaw)
  }

  data(piece: Buffer, isLent: boolean): void {
    this.exchange.piece(piece, isLent)
  }

  end(trailers: Head | undefined): void {
    this.over()
    this.exchange.complete(trailers)
  }

  flush(): boolean {
    const { side } = this.exchange
    side.flush()
    return side.isClear
  }

  drained(): void {
    this.exchange.side.resume()
  }

  upgraded(): void {
    const { origin, exchange, plan } = this
    if (origin === undefined) return
    const flaw = upgradeFlaw(origin, plan)
    if (flaw !== undefined) {
      this.notUpgraded(flaw)
      return
    }
    exchange.status = 101
    exchange.isUpgraded = true
    exchange.headTime = this.clock.now() - exchange.start
    const visitor = exchange.side.takeSocket(origin.response, origin.connection)
    this.relay = startRelay(
      visitor,
      read => origin.takeSocket(read),
      relayed => {
        this.over()
        this.count(relayed)
        exchange.finish()
      },
    )
  }

  private notUpgraded(flaw: string): void {
    this.over()
    this.origin?.abort()
    const failure: Failure = { code: 'http_upgrade_failed', side: 'origin', detail: flaw }
    this.exchange.fail(failure, this.reasonFor(failure))
  }

  failed(failure: Failure): void {
    const { exchange, origin } = this
    if (this.isOver) return
    if (origin?.isUntouched === true && this.holdsBody && this.mayGoAgain(origin, failure)) {
      // The connection died before a byte of the response came: the request goes again, on another one.
      this.isSending = false
      this.continueTimer?.cancel()
      if (origin.isShared) this.start()
      else this.dial()
      return
    }
    this.over()
    exchange.fail(failure, this.reasonFor(failure))
  }

  /** Whether an origin may fail us so that the request goes again; only then the body is kept. */
  private mayComeBack(origin: OriginSide): boolean {
    return origin.isShared || (origin.isReused && this.isIdempotent)
  }

  private mayGoAgain(origin: OriginSide, failure: Failure): boolean {
    if (this.exchange.attempts >= MAX_ATTEMPTS) return false
    if (failure.isUnprocessed === true) return true
    return origin.isReused && this.isIdempotent && failure.code === 'connection_terminated'
  }

  /** The reason for a failure: for a timeout, with the place of the key that set it, or the word that it is the default. */
  private reasonFor(failure: Failure): Reason {
    const { leg, exchange } = this
    const { setBy } = leg.profile
    const fallback = exchange.route?.at
    const where = (at: string | undefined): Reason => ({
      code: failure.code,
      detail: at === undefined ? `${failure.detail} (default)` : failure.detail,
      ...((at ?? fallback) === undefined ? {} : { at: at ?? fallback ?? '' }),
    })
    switch (failure.detail) {
      case 'response_header_timeout':
        return where(leg.responseHeaderTimeoutAt)
      case 'connection_timeout':
        return where(setBy.connectionTimeout)
      case 'total_connection_timeout':
        return where(setBy.totalConnectionTimeout)
      case 'max_connections':
        return where(setBy.maxConnections)
      case 'read_timeout':
        return where(setBy.readTimeout)
      case 'write_timeout':
        return where(setBy.writeTimeout)
      default:
        return { code: failure.code, detail: failure.detail, at: leg.target.at }
    }
  }
}
