// One try at one target: takes or makes a connection, sends the request, hands the response to the visitor.
// Mutable on purpose: one object per forwarded request, called directly by the origin's connection.
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Connections } from '../upstream/connections.ts'
import type { Health } from '../upstream/health/health.ts'
import type { Dialed } from '../upstream/place.ts'
import { type Trouble, troubleOf } from '../upstream/retry.ts'
import type { Leg } from '../upstream/target.ts'
import type { Head } from '../wire/h1/head.ts'
import type { RequestPlan } from '../wire/h1/write-request.ts'
import type { OriginSide, OriginSink } from '../wire/origin-side.ts'
import type { Relay } from '../wire/relay.ts'
import { changeOver, countRelayed } from './change-over.ts'
import { discard } from './discard.ts'
import type { Exchange } from './exchange.ts'
import { failureReason } from './failure-reason.ts'
import { isIdempotent, isReplaced, keptFor } from './replace.ts'
import { answerFlaw, upgradeFlaw } from './upgrade.ts'

/** How long the origin may keep silent about an expectation before we say 100 ourselves. */
const CONTINUE_AFTER = 1_000

/** What the running program has of a target. */
export interface Means {
  readonly connections: Pick<Connections, 'take' | 'dial'>
  /** Hears how the attempt fares. */
  readonly health: Pick<Health, 'answered' | 'requestFailed'> | undefined
}

export class Attempt implements OriginSink {
  /** The request's head was written; body pieces go straight on. */
  isSending = false
  private readonly exchange: Exchange
  private readonly leg: Leg
  private readonly connections: Means['connections']
  private readonly health: Means['health']
  private readonly plan: RequestPlan
  private readonly clock: Clock
  private origin: OriginSide | undefined
  private dialed: Dialed | undefined
  private relay: Relay | undefined
  private continueTimer: Timer | undefined
  /** A response that isn't the visitor's is coming to its end. */
  private discarding: Timer | undefined
  private readonly mayRepeat: boolean
  private connectionsTried = 0
  /** Bytes of a body that are kept although they were sent; -1 when nothing can follow in which they would be needed. */
  private keeps = -1
  private isOver = false
  /** Nobody wants its response. */
  private isDiscarded = false

  constructor(exchange: Exchange, leg: Leg, { connections, health }: Means, plan: RequestPlan, clock: Clock) {
    this.exchange = exchange
    this.leg = leg
    this.connections = connections
    this.health = health
    this.plan = plan
    this.clock = clock
    this.mayRepeat = plan.upgrade === undefined && isIdempotent(exchange.side.request.line.method)
  }

  start(): void {
    const pooled = this.connections.take()
    if (pooled === undefined) {
      this.dial()
      return
    }
    this.countConnection()
    this.send(pooled)
  }

  private dial(): void {
    this.origin = undefined
    this.countConnection()
    this.dialed = this.connections.dial((origin, failure) => {
      this.dialed = undefined
      if (origin !== undefined) {
        this.send(origin)
        this.flushRequest()
        return
      }
      this.lost(failure, 'connect')
    })
  }

  private countConnection(): void {
    this.connectionsTried++
    this.exchange.attempts++
  }

  private send(origin: OriginSide): void {
    const { exchange, leg, plan } = this
    this.origin = origin
    this.isSending = true
    exchange.isReused = origin.isReused
    exchange.connectTime = origin.isReused ? 0 : this.clock.now() - exchange.start
    const { peer } = leg.profile
    origin.begin(this, exchange.side, plan, {
      head: leg.responseHeaderTimeout,
      read: peer.readTimeout,
      write: peer.writeTimeout,
    })
    for (const piece of exchange.waiting) origin.send(piece, false)
    this.keeps = Math.max(keptFor(origin, this.mayRepeat), exchange.retries?.keeps ?? -1)
    if (exchange.bytesIn > this.keeps) exchange.forgetBody()
    if (exchange.isRequestEnded) this.endRequest()
    else if (exchange.side.request.expectsContinue && !exchange.saidContinue) this.awaitContinue()
    exchange.side.resume()
  }

  private awaitContinue(): void {
    this.continueTimer = this.clock.after(CONTINUE_AFTER, () => {
      this.exchange.saidContinue = true
      this.exchange.side.sendContinue()
    })
  }

  /** A piece of the request's body, on its way while the visitor sends it. */
  body(piece: Buffer, isLent: boolean): void {
    const { exchange } = this
    if (exchange.holdsBody) {
      if (exchange.bytesIn <= this.keeps && !exchange.owner.bodies.isFull) exchange.hold(piece, isLent)
      else exchange.forgetBody()
    }
    this.origin?.send(piece, isLent)
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
    countRelayed(this.exchange, this.relay.bytes)
    this.relay.cut()
  }

  private over(): void {
    this.isOver = true
    this.isSending = false
    this.continueTimer?.cancel()
  }

  // What the origin's connection calls.

  interim(): void {
    const { origin, exchange } = this
    if (origin === undefined) return
    if (origin.response.line.status === 100) {
      this.continueTimer?.cancel()
      if (exchange.saidContinue) return
      exchange.saidContinue = true
    }
    exchange.side.interim(origin.response, origin.connection)
  }

  head(): void {
    this.continueTimer?.cancel()
    const { origin, exchange } = this
    if (origin === undefined) return
    this.health?.answered(origin.response.line.status)
    const flaw = answerFlaw(exchange.side, origin)
    if (flaw !== undefined) {
      this.notUpgraded(flaw)
      return
    }
    if (exchange.retries?.again(origin.response.line.status) === true) {
      this.over()
      this.isDiscarded = true
      this.discarding = discard(origin, exchange.isRequestEnded, this.clock)
      return
    }
    exchange.forgetBody()
    exchange.begin(origin.response, origin.connection)
  }

  data(piece: Buffer, isLent: boolean): void {
    if (!this.isOver) this.exchange.piece(piece, isLent)
  }

  end(trailers: Head | undefined): void {
    if (this.isOver) {
      this.discarding?.cancel()
      return
    }
    this.over()
    this.exchange.complete(trailers)
  }

  /** Asked once more behind the end: what the visitor hasn't taken yet is in buffers that nobody else may fill. */
  flush(): boolean {
    if (this.isDiscarded) return true
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
    const flaw = upgradeFlaw(exchange, origin, plan)
    if (flaw !== undefined) {
      this.notUpgraded(flaw)
      return
    }
    this.relay = changeOver(exchange, origin, () => this.over())
  }

  private notUpgraded(flaw: string): void {
    this.origin?.abort()
    this.lost({ code: 'http_upgrade_failed', side: 'origin', detail: flaw }, undefined)
  }

  failed(failure: Failure): void {
    const { exchange, origin } = this
    if (this.isOver) {
      this.discarding?.cancel()
      return
    }
    const { mayRepeat, connectionsTried } = this
    const isHeld = origin !== undefined && exchange.holdsBody
    if (isHeld && isReplaced(origin, failure, mayRepeat, connectionsTried)) {
      this.isSending = false
      this.continueTimer?.cancel()
      if (origin.isShared) this.start()
      else this.dial()
      return
    }
    this.lost(failure, troubleOf(failure))
  }

  /** The attempt has failed. Every one that does passes here; a response with a status that isn't wanted passes `head`. */
  private lost(failure: Failure, trouble: Trouble | undefined): void {
    const { exchange, leg, origin } = this
    this.over()
    if (exchange.status === 0) {
      exchange.headMissed()
      this.health?.requestFailed(failure, origin?.isReused === true && origin.isUntouched)
      if (trouble !== undefined && exchange.retries?.again(trouble) === true) return
      if (failure.code === 'agent_capacity' && exchange.retries?.detour(leg.profile.via) === true) return
    }
    exchange.fail(failure, failureReason(failure, leg, exchange.route?.at))
  }
}
