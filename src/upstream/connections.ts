// The connections to one origin under one profile: idle ones wait for the next request, the most recently used first.
import type { Failure } from '../base/failure.ts'
import type { DialRequest } from '../net/dial.ts'
import { H1Origin, type OriginOwner, type WireParts } from '../wire/h1/origin.ts'
import type { Profile } from './target.ts'

/** An origin that announces its idle timeout is left this much earlier, so that its close doesn't cross our request. */
const HINT_MARGIN = 1_000

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
  take(): H1Origin | undefined {
    return this.idle.pop()
  }

  /** A new connection; `connected` is called later, once. */
  dial(connected: (failure: Failure | undefined) => void): H1Origin {
    return new H1Origin(this.request, this.parts, this, connected)
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
