// The connections to one origin under one profile: of HTTP/1.1, idle ones that wait for the next request, the most recently used
// first; of HTTP/2, those that are open, each for many requests at once.
import type { Failure } from '../base/failure.ts'
import type { DialRequest } from '../net/dial.ts'
import { H1Origin, type OriginOwner, type WireParts } from '../wire/h1/origin.ts'
import type { H2OriginSession, SessionOwner } from '../wire/h2/origin-session.ts'
import type { OriginSide } from '../wire/origin-side.ts'
import { dialRequest } from './dial-request.ts'
import { SharedDial } from './shared-dial.ts'
import type { Profile } from './target.ts'

/** An origin that announces its idle timeout is left this much earlier, so that its close doesn't cross our request. */
const HINT_MARGIN = 1_000

/** A connection that is being made for an exchange. */
export interface Dialed {
  /** It isn't wanted any more; nobody is called. */
  abort(): void
}

/** Called once, later: with the origin's side, or with why there is none. */
export type Connected = (...outcome: [OriginSide, undefined] | [undefined, Failure]) => void

export class Connections implements OriginOwner, SessionOwner, Disposable {
  private readonly idle: H1Origin[] = []
  private readonly sessions: H2OriginSession[] = []
  /** A connection of HTTP/2 under way, for all who come meanwhile. */
  private shared: SharedDial | undefined
  /** What the origin chose last; before the first time it may be either. */
  private spokeHttp1 = false
  private isRetired = false
  private readonly profile: Profile
  private readonly parts: WireParts
  private readonly request: DialRequest

  constructor(profile: Profile, parts: WireParts) {
    this.profile = profile
    this.parts = parts
    this.request = dialRequest(profile, parts.trust)
  }

  /** A connection that is there already: an idle one, taken out of the pool, or a place on one of HTTP/2. */
  take(): OriginSide | undefined {
    for (const session of this.sessions) if (session.hasRoom) return session.side()
    return this.idle.pop()
  }

  /** Makes a new connection, or waits for one under way that has room for many. */
  dial(connected: Connected): Dialed {
    const { alpn } = this.profile.peer
    if (alpn === 'h1' || (alpn === 'h2h1' && this.spokeHttp1)) return this.dialHttp1(connected)
    if (this.shared?.hasRoom !== true) this.shared = this.dialShared()
    return this.shared.join(connected)
  }

  private dialHttp1(connected: Connected): Dialed {
    const origin: H1Origin = H1Origin.dial(this.request, this.parts, this, failure => {
      if (failure === undefined) connected(origin, undefined)
      else connected(undefined, failure)
    })
    return origin
  }

  private dialShared(): SharedDial {
    const { parts, profile } = this
    const dial: SharedDial = new SharedDial(
      { request: this.request, profile, parts, owner: this },
      outcome => {
        if (this.shared === dial) this.shared = undefined
        const { waiting } = dial
        if (outcome.kind === 'failed')
          for (const { connected } of waiting) connected(undefined, outcome.failure)
        else if (outcome.kind === 'http2') this.serve(outcome.session, waiting)
        else this.fallBack(H1Origin.over(outcome.socket, parts, this), waiting)
      },
    )
    return dial
  }

  private serve(session: H2OriginSession, waiting: SharedDial['waiting']): void {
    this.spokeHttp1 = false
    this.sessions.push(session)
    for (const place of waiting) {
      if (session.hasRoom) place.connected(session.side(), undefined)
      else place.again(this.dial(place.connected))
    }
    if (this.isRetired) session.leave()
  }

  /** The origin chose HTTP/1.1: one exchange has its connection, the others get their own. */
  private fallBack(origin: H1Origin, waiting: SharedDial['waiting']): void {
    this.spokeHttp1 = true
    const [first, ...others] = waiting
    if (first === undefined) origin.abort()
    else first.connected(origin, undefined)
    for (const place of others) place.again(this.dialHttp1(place.connected))
  }

  freed(origin: H1Origin): void {
    const timeout = this.idleTimeout(origin.keepAliveHint)
    if (this.isRetired || timeout <= 0) {
      origin.abort()
      return
    }
    origin.idle(timeout)
    this.idle.push(origin)
  }

  rested(session: H2OriginSession): void {
    const { idleTimeout } = this.profile.peer
    if (this.isRetired || idleTimeout === 0) session.leave()
    else session.idle(idleTimeout)
  }

  closed(origin: H1Origin | H2OriginSession): void {
    remove(this.idle, origin)
    remove(this.sessions, origin)
  }

  /** Closes what is idle, and the rest as it becomes so. */
  [Symbol.dispose](): void {
    this.isRetired = true
    for (const origin of this.idle.splice(0)) origin.abort()
    for (const session of [...this.sessions]) session.leave()
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
