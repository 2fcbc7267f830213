// The connections to one origin under one profile: idle ones wait for the next request, the most recently used first.
import type { Failure } from '../base/failure.ts'
import type { DialRequest } from '../net/dial.ts'
import { H1Origin, type OriginOwner, type WireParts } from '../wire/h1/origin.ts'
import type { OriginSide } from '../wire/origin-side.ts'
import type { Profile } from './target.ts'

/** An origin that announces its idle timeout is left this much earlier, so that its close doesn't cross our request. */
const HINT_MARGIN = 1_000

/** A connection that is being made for one exchange. */
export interface Dialed {
  /** It isn't wanted any more; nobody is called. */
  abort(): void
}

/** Called once, later: with the origin's side, or with why there is none. */
export type Connected = (...outcome: [OriginSide, undefined] | [undefined, Failure]) => void

export class Connections implements OriginOwner, Disposable {
  private readonly idle: H1Origin[] = []
  private isRetired = false
  private readonly profile: Profile
  private readonly parts: WireParts
  private readonly request: DialRequest

  constructor(profile: Profile, parts: WireParts) {
    this.profile = profile
    this.parts = parts
    const { origin, peer } = profile
    this.request = {
      host: origin.host,
      port: origin.port,
      socketPath: origin.socketPath,
      connectionTimeout: peer.connectionTimeout,
      totalTimeout: peer.totalConnectionTimeout,
    }
  }

  /** An idle connection, taken out of the pool. */
  take(): OriginSide | undefined {
    return this.idle.pop()
  }

  /** Makes a new connection. */
  dial(connected: Connected): Dialed {
    const origin: H1Origin = new H1Origin(this.request, this.parts, this, failure => {
      if (failure === undefined) connected(origin, undefined)
      else connected(undefined, failure)
    })
    return origin
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

  closed(origin: H1Origin): void {
    const index = this.idle.lastIndexOf(origin)
    if (index >= 0) this.idle.splice(index, 1)
  }

  /** Closes what is idle, and the rest as it becomes so. */
  [Symbol.dispose](): void {
    this.isRetired = true
    for (const origin of this.idle.splice(0)) origin.abort()
  }

  private idleTimeout(hint: number | undefined): number {
    const { idleTimeout } = this.profile.peer
    return hint === undefined ? idleTimeout : Math.min(idleTimeout, hint - Math.min(HINT_MARGIN, hint / 2))
  }
}
