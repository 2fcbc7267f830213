// The attempts of one exchange after its first: whether there is another one, when, and at which target.
// Mutable on purpose: one object per request that may be retried; it is the wish with which its next target is chosen.
import type { Timer } from '../base/clock.ts'
import type { Facts } from '../http/facts.ts'
import type { Connections } from '../upstream/connections.ts'
import { secondsUntilChance } from '../upstream/health/retry-after.ts'
import type { PoolState } from '../upstream/pool-state.ts'
import { allows, mayRepeat, pauseBefore, type Retry, type Trouble } from '../upstream/retry.ts'
import { addTried, legTaken, type Taking, take } from '../upstream/take.ts'
import type { Target } from '../upstream/target.ts'
import type { Wish } from '../upstream/wish.ts'
import type { Exchange } from './exchange.ts'
import { nominationRefusal } from './nominations.ts'
import { refuseForNow } from './rescue.ts'
import { type Sending, type SendParts, send } from './send.ts'
import { readUpgrade } from './upgrade.ts'

/** Ways without room that one exchange meets, before it is told so. */
const MOST_DETOURS = 16

export class Retries implements Wish {
  readonly facts: Facts
  readonly clock: SendParts['clock']
  readonly random: SendParts['random']
  readonly tried: Target[] = []
  /** The first attempt was where its cookie led. */
  readonly wanted = undefined
  private readonly exchange: Exchange
  private readonly retry: Retry
  private readonly state: PoolState
  private readonly sending: Sending
  private made = 1
  private detours = 0
  private timer: Timer | undefined

  constructor(exchange: Exchange, facts: Facts, retry: Retry, state: PoolState, sending: Sending) {
    this.exchange = exchange
    this.facts = facts
    this.retry = retry
    this.state = state
    this.sending = sending
    this.clock = sending.parts.clock
    this.random = sending.parts.random
    if (retry.attempts > 1) state.budget.deposit(retry.budget, this.clock.now())
  }

  /** Bytes of the body to hold while it is sent: -1 when it won't be sent again, whatever happens. */
  get keeps(): number {
    const { retry, sending, exchange } = this
    const isRepeated = retry.on.size > (retry.on.has('connect') ? 1 : 0)
    const { method } = exchange.side.request.line
    return this.made < retry.attempts && isRepeated && mayRepeat(retry, method, sending.upgrade !== undefined)
      ? retry.bodyBuffer
      : -1
  }

  /** An attempt went wrong and nothing of it was told to the visitor. True: there will be another one, and this one is forgotten. */
  again(trouble: Trouble): boolean {
    const { exchange, retry, sending, state, clock, random } = this
    const { method } = exchange.side.request.line
    if (this.made >= retry.attempts || !allows(retry, trouble, method, sending.upgrade !== undefined))
      return false
    if (!exchange.holdsBody || this.after() === undefined || !state.budget.withdraw(clock.now())) return false
    // Whoever measures targets by how soon they answer takes an unwanted answer for none.
    if (typeof trouble === 'number') exchange.headMissed()
    exchange.leaveSeat()
    this.timer = clock.after(pauseBefore(retry, this.made, random.fraction()), () => this.next())
    this.made++
    return true
  }

  /**
   * An agent had no room for another connection, so that nobody was asked for anything. True: the request goes another way, or the
   * same one, where a connection that rested was closed for it; neither counts.
   */
  detour(agent: string | undefined): boolean {
    const { exchange, sending, clock } = this
    if (this.detours === MOST_DETOURS || !exchange.holdsBody) return false
    const isRoomMade = this.detours === 0 && closeResting(sending.live.through.get(agent ?? ''))
    if (!isRoomMade && !this.hasUntried()) return false
    this.detours++
    exchange.leaveSeat()
    this.timer = clock.after(0, () => this.next())
    return true
  }

  /** Who would be next: somebody who wasn't tried, as long as there is one. */
  private after(): Taking | undefined {
    const { exchange, sending } = this
    if (exchange.taking !== undefined) addTried(exchange.taking, this.tried)
    return take(sending.forward.pool, sending.live.pools, this)
  }

  private hasUntried(): boolean {
    const next = this.after()
    return next !== undefined && !this.tried.includes((next.path ?? next).choice.target)
  }

  /** The exchange is over. */
  cancel(): void {
    this.timer?.cancel()
  }

  private next(): void {
    const { exchange, sending } = this
    const { pool, legs } = sending.forward
    const taking = take(pool, sending.live.pools, this)
    if (taking === undefined) {
      const detail = `no target of ${pool.id} is available any more`
      const retryAfter = secondsUntilChance(pool, sending.live.health)
      exchange.answer(refuseForNow({ code: 'no_target_available', at: pool.at, detail }, retryAfter))
      return
    }
    const { target } = taking.choice
    exchange.awaitedSince = this.clock.now()
    exchange.take(taking)
    if (target.kind === 'static') {
      exchange.answer(target.answer)
      return
    }
    const leg = legTaken(legs, taking)
    // Another target may have another request policy.
    const refusal = nominationRefusal(this.facts, leg, pool.at)
    const upgrade = refusal ?? readUpgrade(exchange.side, leg.policy)
    if (typeof upgrade === 'object') {
      exchange.answer(upgrade)
      return
    }
    send(exchange, leg, { ...sending, upgrade })
    // No turn of the visitor's is under way that would do it.
    exchange.flush()
  }
}

/** Closes one that rests; whether there was one. */
function closeResting(all: readonly Connections[] = []): boolean {
  return all.some(connections => connections.shed())
}
