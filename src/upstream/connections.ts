// The connections to one origin under one profile: of HTTP/1.1, idle ones that wait for the next request, the most recently used
// first; of HTTP/2, those that are open, each for many requests at once.
import { Roster } from '../base/roster.ts'
import type { DialRequest } from '../net/dial.ts'
import { H1Origin, type OriginOwner, type WireParts } from '../wire/h1/origin.ts'
import type { H2OriginSession, SessionOwner } from '../wire/h2/origin-session.ts'
import type { OriginSide } from '../wire/origin-side.ts'
import { dialRequest } from './dial-request.ts'
import { type Connected, type Dialed, Place } from './place.ts'
import { SharedDial } from './shared-dial.ts'
import type { Profile } from './target.ts'
import { WaitingLine } from './waiting-line.ts'

/** An origin that announces its idle timeout is left this much earlier, so that its close doesn't cross our request. */
const HINT_MARGIN = 1_000

export interface ConnectionCounts {
  readonly open: number
  /** Of the open ones. */
  readonly idle: number
  readonly waiting: number
}

export class Connections implements OriginOwner, SessionOwner, Disposable {
  private readonly idle: H1Origin[] = []
  private readonly sessions: H2OriginSession[] = []
  /** A connection of HTTP/2 under way, for all who come meanwhile. */
  private shared: SharedDial | undefined
  /** What the origin chose last; before the first time it may be either. */
  private spokeHttp1 = false
  private isRetired = false
  /** Every connection that is there or under way. */
  private readonly open: Roster<H1Origin | H2OriginSession | SharedDial> = new Roster()
  /** Who waits for one of them; undefined where their number has no bound, and nobody does. */
  private readonly line: WaitingLine | undefined
  private readonly profile: Profile
  private readonly parts: WireParts
  private readonly request: DialRequest

  constructor(profile: Profile, parts: WireParts) {
    this.profile = profile
    this.parts = parts
    this.request = dialRequest(profile, parts)
    const { maxConnections, connectionTimeout } = profile.peer
    if (maxConnections > 0) this.line = new WaitingLine(parts.clock, connectionTimeout)
  }

  /** How many there are or are on their way, how many of them rest, and how many exchanges wait for one. */
  counts(): ConnectionCounts {
    const resting = this.sessions.filter(({ isIdle }) => isIdle).length
    return { open: this.open.size, idle: this.idle.length + resting, waiting: this.line?.size ?? 0 }
  }

  /** A connection that is there already: an idle one, taken out of the pool, or a place on one of HTTP/2. */
  take(): OriginSide | undefined {
    for (const session of this.sessions) if (session.hasRoom) return session.side()
    return this.idle.pop()
  }

  /** Makes a new connection, or waits: for one under way that has room for many, or for its turn where `max_connections` are there. */
  dial(connected: Connected): Dialed {
    const place = new Place(connected)
    if (this.line === undefined) this.reach(place)
    else {
      this.line.join(place)
      this.advance()
    }
    return place
  }

  /** Serves who waits longest, as long as there is a connection for it. */
  private advance(): void {
    while (this.line !== undefined && this.line.size > 0) {
      const session = this.sessions.find(({ hasRoom }) => hasRoom)
      const mayReach = this.shared?.hasRoom === true || this.open.size < this.profile.peer.maxConnections
      if (session === undefined && !mayReach) {
        // Whoever waits although one is idle has met a dead one, and wants a fresh one in its place.
        this.idle.shift()?.abort()
        return
      }
      const place = this.line.next()
      if (place === undefined) return
      if (session === undefined) this.reach(place)
      else place.connected(session.side(), undefined)
    }
  }

  private reach(place: Place): void {
    const { alpn } = this.profile.peer
    if (alpn === 'h1' || (alpn === 'h2h1' && this.spokeHttp1)) {
      this.dialHttp1(place)
      return
    }
    if (this.shared?.hasRoom !== true) this.shared = this.dialShared()
    this.shared.join(place)
  }

  private dialHttp1(place: Place): void {
    const origin: H1Origin = H1Origin.dial(this.request, this.parts, this, failure => {
      if (failure === undefined) {
        place.connected(origin, undefined)
        return
      }
      this.forget(origin)
      place.connected(undefined, failure)
    })
    this.open.add(origin)
    place.at(origin)
  }

  private dialShared(): SharedDial {
    const { parts, profile } = this
    const dial: SharedDial = new SharedDial(
      { request: this.request, profile, parts, owner: this },
      outcome => {
        if (this.shared === dial) this.shared = undefined
        this.open.delete(dial)
        const { waiting } = dial
        if (outcome.kind === 'http2') this.serve(outcome.session, waiting)
        else if (outcome.kind === 'http1') this.fallBack(H1Origin.over(outcome.socket, parts, this), waiting)
        else if (outcome.kind === 'failed')
          for (const { connected } of waiting) connected(undefined, outcome.failure)
        this.advance()
      },
    )
    this.open.add(dial)
    return dial
  }

  private serve(session: H2OriginSession, waiting: SharedDial['waiting']): void {
    this.spokeHttp1 = false
    this.open.add(session)
    this.sessions.push(session)
    const others = waiting.filter(place => {
      if (!session.hasRoom) return true
      place.connected(session.side(), undefined)
      return false
    })
    this.again(others)
    if (this.isRetired) session.leave()
  }

  /** The origin chose HTTP/1.1: one exchange has its connection, the others get their own. */
  private fallBack(origin: H1Origin, waiting: SharedDial['waiting']): void {
    this.spokeHttp1 = true
    this.open.add(origin)
    const [first, ...others] = waiting
    if (first === undefined) origin.abort()
    else first.connected(origin, undefined)
    this.again(others)
  }

  /** The connection they waited for has no room for them. */
  private again(places: readonly Place[]): void {
    if (this.line === undefined) for (const place of places) this.reach(place)
    else this.line.rejoin(places)
  }

  freed(origin: H1Origin): void {
    const timeout = this.idleTimeout(origin.keepAliveHint)
    const place = timeout <= 0 ? undefined : this.line?.next()
    if (place !== undefined) {
      origin.idle(0)
      place.connected(origin, undefined)
    } else if (this.isRetired || timeout <= 0) {
      origin.abort()
    } else {
      origin.idle(timeout)
      this.idle.push(origin)
    }
  }

  rested(session: H2OriginSession): void {
    const { idleTimeout } = this.profile.peer
    if (this.isRetired || idleTimeout === 0) session.leave()
    else session.idle(idleTimeout)
    this.advance()
  }

  roomier(): void {
    this.advance()
  }

  closed(origin: H1Origin | H2OriginSession): void {
    remove(this.idle, origin)
    remove(this.sessions, origin)
    this.forget(origin)
  }

  private forget(connection: H1Origin | H2OriginSession): void {
    this.open.delete(connection)
    this.advance()
  }

  /** Closes what is idle, and the rest as it becomes so. */
  [Symbol.dispose](): void {
    this.isRetired = true
    for (const origin of this.idle.splice(0)) origin.abort()
    for (const session of [...this.sessions]) session.leave()
  }

  /** Closes one that rests, so that there is room for another; whether there was one. */
  shed(): boolean {
    const origin = this.idle.shift()
    if (origin !== undefined) {
      origin.abort()
      return true
    }
    const session = this.sessions.find(({ isIdle }) => isIdle)
    session?.leave()
    return session !== undefined
  }

  private idleTimeout(hint: number | undefined): number {
    const { idleTimeout } = this.profile.peer
    return hint === undefined ? idleTimeout : Math.min(idleTimeout, hint - Math.min(HINT_MARGIN, hint / 2))
  }
}

function remove<T>(list: T[], one: unknown): void {
  const index = list.lastIndexOf(one as T)
  if (index >= 0) list.splice(index, 1)
}
