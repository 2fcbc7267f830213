// One name: its addresses in use, when it is asked for again, and who waits for its first answer. Mutable State.
import type { Clock, Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Answer, NameAddress, Named, NameNews, NoAnswer, Waiting } from './name.ts'

export interface KnownNameParts {
  readonly clock: Clock
  readonly tell: (news: NameNews) => void
  /** Asks for it, sooner or later; `answered` is called then. */
  readonly ask: (name: KnownName) => void
}

/** An answer that holds shorter is asked for again no sooner, one that holds longer no later. */
const LEAST_TTL = 1_000
const MOST_TTL = 300_000
/** Where nobody says how long an answer holds. */
const UNKNOWN_TTL = 30_000
/** After a first failure; each one doubles it. */
const LEAST_BACKOFF = 1_000
const MOST_BACKOFF = 10_000
/** More addresses than this no connection would get to in its time. */
const MOST_ADDRESSES = 32

const NO_WAITING: Waiting = { cancel: () => undefined }

export class KnownName implements Disposable {
  readonly name: string
  /** The running config has it. */
  isFollowed = false
  private addresses: readonly NameAddress[] = []
  private readonly waiting = new Set<Named>()
  private failure: Failure | undefined
  private failures = 0
  private isAsking = false
  private isOver = false
  private askedAt = Number.NEGATIVE_INFINITY
  private timer: Timer | undefined
  private readonly parts: KnownNameParts

  constructor(name: string, parts: KnownNameParts) {
    this.name = name
    this.parts = parts
  }

  get isAwaited(): boolean {
    return this.waiting.size > 0
  }

  /** Why there is no address; undefined when there is one, or nobody has said yet. */
  get lack(): string | undefined {
    return this.addresses.length === 0 ? this.failure?.detail : undefined
  }

  /** What went wrong last; undefined when the last answer was one. */
  get trouble(): string | undefined {
    if (this.failure === undefined) return undefined
    return this.addresses.length === 0
      ? this.failure.detail
      : `${this.failure.detail}, what was known of it is used`
  }

  find(named: Named): Waiting {
    if (this.addresses.length > 0) {
      named(this.addresses, undefined)
      return NO_WAITING
    }
    this.waiting.add(named)
    // Only the first answer is waited for; once there was none, nobody waits for the next.
    if (this.failure !== undefined) queueMicrotask(() => this.settle())
    return { cancel: () => void this.waiting.delete(named) }
  }

  ask(): void {
    if (this.isAsking || this.isOver) return
    this.timer?.cancel()
    this.isAsking = true
    this.askedAt = this.parts.clock.now()
    this.parts.ask(this)
  }

  /** Asks again at once, unless it did so a moment ago or nobody answers anyway. */
  doubt(): void {
    if (this.failures === 0 && this.parts.clock.now() - this.askedAt >= LEAST_TTL) this.ask()
  }

  answered(answer: Answer | NoAnswer): void {
    this.isAsking = false
    if (this.isOver) return
    if ('code' in answer || answer.addresses.length === 0)
      this.fail('code' in answer ? answer.code : 'ENODATA')
    else this.take(answer)
    this.settle()
  }

  private take({ addresses, ttl = UNKNOWN_TTL }: Answer): void {
    const before = this.addresses
    const wasFailing = this.failures > 0
    this.addresses = Object.freeze(addresses.slice(0, MOST_ADDRESSES))
    this.failure = undefined
    this.failures = 0
    if (wasFailing) this.tell('recovered', undefined)
    else if (before.length > 0 && !haveCommon(before, this.addresses)) this.tell('changed', undefined)
    this.plan(Math.min(Math.max(ttl, LEAST_TTL), MOST_TTL))
  }

  /** What was known goes on being used. */
  private fail(code: string): void {
    const reason = code === 'ETIMEOUT' ? 'dns_timeout' : 'dns_error'
    this.failure = { code: reason, side: 'origin', detail: code }
    this.failures++
    if (this.failures === 1) this.tell('failed', code)
    this.plan(Math.min(LEAST_BACKOFF * 2 ** (this.failures - 1), MOST_BACKOFF))
  }

  private plan(ms: number): void {
    this.timer?.cancel()
    this.timer = this.parts.clock.after(ms, () => this.ask())
  }

  private tell(kind: NameNews['kind'], reason: string | undefined): void {
    this.parts.tell({
      kind,
      name: this.name,
      reason,
      addresses: this.addresses.map(({ address }) => address),
    })
  }

  /** Tells whoever waits. */
  private settle(): void {
    const { addresses, failure } = this
    const waiting = [...this.waiting]
    this.waiting.clear()
    for (const named of waiting) {
      if (addresses.length > 0) named(addresses, undefined)
      else if (failure !== undefined) named(undefined, failure)
    }
  }

  [Symbol.dispose](): void {
    this.isOver = true
    this.timer?.cancel()
    this.waiting.clear()
  }
}

/** Answers that hold another part of many addresses each time are no news. */
function haveCommon(some: readonly NameAddress[], others: readonly NameAddress[]): boolean {
  const known = new Set(some.map(({ address }) => address))
  return others.some(({ address }) => known.has(address))
}
