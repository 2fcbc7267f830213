// One exchange, from a visitor's request head to the record of how it ended.
// Mutable on purpose: one object per request that both connections call directly, instead of a stream and its listeners.

import type { Failure } from '../base/failure.ts'
import { owned } from '../base/lent.ts'
import type { Reason } from '../base/reason.ts'
import type { Member } from '../base/roster.ts'
import type { Answer } from '../http/answer.ts'
import { type FieldEdits, withField } from '../http/edits.ts'
import type { Facts } from '../http/facts.ts'
import type { ErrorPages } from '../http/template.ts'
import type { Listener, Route } from '../snapshot/snapshot.ts'
import { answered, commit, release } from '../upstream/balance.ts'
import type { Seat } from '../upstream/seat.ts'
import type { Stick } from '../upstream/sticky.ts'
import type { Taking } from '../upstream/take.ts'
import type { Leg, Target } from '../upstream/target.ts'
import type { ConnectionField } from '../wire/h1/connection-field.ts'
import type { Head } from '../wire/h1/head.ts'
import type { Refusal } from '../wire/h1/refusal.ts'
import type { ResponseMessage } from '../wire/message.ts'
import type { RequestSink, VisitorSide } from '../wire/visitor-side.ts'
import type { Attempt } from './attempt.ts'
import type { Door } from './door.ts'
import { dressed } from './error-page.ts'
import type { HeldBodies } from './held-bodies.ts'
import { limitAt } from './limit-place.ts'
import { rescue } from './rescue.ts'
import type { Retries } from './retries.ts'

/** Who counts exchanges and prints their records. */
export interface ExchangeOwner {
  readonly clock: { now(): number; wall(): number }
  readonly bodies: HeldBodies
  /** Called once for every exchange. */
  ended(exchange: Exchange): void
}

/** Body bytes held for an origin that isn't connected yet; past it the visitor waits. */
const MAX_WAITING = 64 * 1024

/** Milliseconds that a failure counts at least, or a target that refuses at once would be the quickest. */
const FAILURE = 1_000

export class Exchange implements RequestSink, Member {
  place = 0
  readonly owner: ExchangeOwner
  readonly side: VisitorSide
  readonly listener: Listener
  readonly generation: number
  requestId = ''
  readonly startedAt: number
  readonly start: number
  facts: Facts | undefined
  route: Route | undefined
  target: Target | undefined
  leg: Leg | undefined
  /** Of a pool that brings visitors back. */
  private stick: Stick | undefined
  door: Door | undefined
  attempt: Attempt | undefined
  /** Since when the origin may answer: the request was here, whole, or another target had failed. */
  awaitedSince: number
  /** Undefined where there is one attempt only. */
  retries: Retries | undefined
  /** Who was chosen last. */
  taking: Taking | undefined
  /** The target's place in the pool's memory, and its agent's, held until the attempt or the exchange is over. */
  private seat: Seat | undefined
  private agentSeat: Seat | undefined

  /** 0 until a response was begun. */
  status = 0
  reason: Reason | undefined
  attempts = 0
  isReused = false
  isUpgraded = false
  connectTime: number | undefined
  headTime: number | undefined
  bytesIn = 0
  bytesOut = 0
  isOver = false

  /** Body pieces that came before the origin was ready, then those that another try would need. */
  waiting: Buffer[] = []
  private heldBytes = 0
  /** `waiting` is all that has come of the body. */
  holdsBody = true
  /** The visitor was told to send the body it announced. */
  saidContinue = false
  isRequestEnded: boolean
  trailers: Head | undefined
  maxBodyBytes = 0

  constructor(owner: ExchangeOwner, side: VisitorSide, listener: Listener, generation: number) {
    this.owner = owner
    this.side = side
    this.listener = listener
    this.generation = generation
    this.startedAt = owner.clock.wall()
    this.start = owner.clock.now()
    this.awaitedSince = this.start
    this.isRequestEnded = !side.request.hasBody
  }

  // What the visitor's connection calls.

  data(piece: Buffer, isLent: boolean): void {
    if (this.isOver) return
    this.bytesIn += piece.length
    if (this.maxBodyBytes > 0 && this.bytesIn > this.maxBodyBytes) {
      this.refused({ status: 413, code: 'body_too_large', detail: 'the body grew past max_body_bytes' })
      return
    }
    if (this.attempt?.isSending === true) {
      this.attempt.body(piece, isLent)
      return
    }
    this.hold(piece, isLent)
    if (this.bytesIn > MAX_WAITING || this.owner.bodies.isFull) this.side.pause()
  }

  end(trailers: Head | undefined): void {
    if (this.isOver) return
    this.isRequestEnded = true
    this.awaitedSince = this.owner.clock.now()
    this.trailers = trailers
    if (this.attempt?.isSending === true) this.attempt.endRequest()
  }

  refused(refusal: Refusal): void {
    if (this.isOver) return
    this.attempt?.abort()
    const reason: Reason = {
      code: refusal.code,
      at: limitAt(refusal.code, this.listener, this.route),
      detail: refusal.detail,
    }
    if (this.status === 0) this.answer(rescue(reason, refusal.status))
    else this.breakOff(reason)
  }

  gone(): void {
    if (this.isOver) return
    this.attempt?.abort()
    this.reason ??= { code: 'client_cancelled' }
    if (this.status === 0) this.status = 499
    this.finish()
  }

  stalled(): void {
    this.reason = {
      code: 'write_timeout',
      at: limitAt('write_timeout', this.listener, this.route),
      detail: 'write_idle_timeout',
    }
  }

  drained(): void {
    this.attempt?.visitorDrained()
  }

  flush(): void {
    this.attempt?.flushRequest()
  }

  // What the decision and the attempt call.

  /** Answers by ourselves, dressed in the error page and the fields that route and listener ask for. */
  answer(answer: Answer): void {
    this.reason = answer.reason
    this.status = answer.status
    const worn = dressed(answer, this.errorPages, this.requestId)
    const isBodiless = this.side.request.line.method === 'HEAD' || worn.status === 204 || worn.status === 304
    this.bytesOut = isBodiless ? 0 : worn.body.length
    // The record reads the request, which the connection overwrites as soon as the turn is closed.
    this.finish()
    this.side.answer(worn, this.target?.kind === 'static' ? this.targetEdits : this.responseEdits)
  }

  private get errorPages(): readonly (ErrorPages | undefined)[] {
    return [this.route?.errorPages, this.listener.errorPages]
  }

  get responseEdits(): FieldEdits | undefined {
    return this.route?.responseEdits
  }

  /** For what comes from a target: the cookie that leads there goes with it. */
  private get targetEdits(): FieldEdits | undefined {
    const cookie = this.newCookie
    return cookie === undefined ? this.responseEdits : withField(this.responseEdits, 'Set-Cookie', cookie)
  }

  /** The sticky cookie of the target; undefined when the visitor has it, or the pool has none. */
  get newCookie(): string | undefined {
    const { stick, target, side } = this
    if (stick === undefined || target === undefined || target === stick.wanted) return undefined
    return stick.tokens.cookieFor(target, side.security !== undefined, stick.shown)
  }

  begin(response: ResponseMessage, connection: ConnectionField): void {
    this.status = response.line.status
    this.headCame()
    this.side.begin(response, connection, this.targetEdits)
  }

  /** An origin answers: how long it took says something about the target, unless the visitor still sends. */
  headCame(): void {
    const now = this.owner.clock.now()
    this.headTime = now - this.start
    if (this.isRequestEnded) this.tellSeats(now - this.awaitedSince, now)
  }

  /** The target has failed; the next one, if there is one, begins now. */
  headMissed(): void {
    const now = this.owner.clock.now()
    this.tellSeats(Math.max(now - this.awaitedSince, FAILURE), now)
    this.awaitedSince = now
  }

  private tellSeats(took: number, now: number): void {
    if (this.seat !== undefined) answered(this.seat, took, now)
    if (this.agentSeat !== undefined) answered(this.agentSeat, took, now)
  }

  piece(piece: Buffer, isLent: boolean): void {
    this.bytesOut += piece.length
    this.side.send(piece, isLent)
  }

  complete(trailers: Head | undefined): void {
    this.finish()
    this.side.finish(trailers)
  }

  /** The origin failed us: an answer where there is still room for one, else a message that is visibly cut. */
  fail(failure: Failure, reason: Reason): void {
    if (this.isOver) return
    if (this.status === 0) this.answer(rescue(reason))
    else
      this.breakOff({
        ...reason,
        code: failure.code === 'http_protocol_error' ? failure.code : 'connection_terminated',
      })
  }

  /** Ends it visibly incomplete. */
  breakOff(reason: Reason): void {
    if (this.isOver) return
    this.reason = reason
    this.finish()
    this.side.abort()
  }

  /** The drain's deadline has passed. */
  cut(detail: string): void {
    this.attempt?.abort()
    if (this.status === 0) this.status = 499
    this.breakOff({ code: 'drained', detail })
  }

  finish(): void {
    if (this.isOver) return
    this.isOver = true
    this.letGo()
    this.retries?.cancel()
    this.leaveSeat()
    this.owner.ended(this)
  }

  /** A target was chosen, and counts the exchange. */
  take(taking: Taking): void {
    const { choice, path } = taking
    this.taking = taking
    this.stick ??= taking.stick
    this.target = choice.target
    this.seat = commit(taking.state, choice)
    this.agentSeat = path && commit(path.state, path.choice)
  }

  leaveSeat(): void {
    if (this.seat !== undefined) release(this.seat)
    if (this.agentSeat !== undefined) release(this.agentSeat)
    this.seat = undefined
    this.agentSeat = undefined
  }

  /** Keeps a piece of the body. */
  hold(piece: Buffer, isLent: boolean): void {
    this.waiting.push(owned(piece, isLent))
    this.heldBytes += piece.length
    this.owner.bodies.bytes += piece.length
  }

  /** Body pieces were written and won't be needed again. */
  forgetBody(): void {
    this.holdsBody = false
    this.letGo()
  }

  private letGo(): void {
    if (this.heldBytes === 0) return
    this.owner.bodies.bytes -= this.heldBytes
    this.heldBytes = 0
    this.waiting = []
  }
}
