// One connection under way that may turn out to be HTTP/2's: everybody who comes meanwhile waits for it, instead of making one each.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Timer } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import type { Member } from '../base/roster.ts'
import { type Dialing, type DialRequest, dial } from '../net/dial.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import { H2OriginSession, type SessionOwner } from '../wire/h2/origin-session.ts'
import type { Place } from './place.ts'
import type { Profile } from './target.ts'

/** Exchanges that wait for one connection; the next one begins another. */
const MAX_WAITING = 100

export interface SharedDialParts {
  readonly request: DialRequest
  readonly profile: Profile
  readonly parts: WireParts
  readonly owner: SessionOwner
}

export type Outcome =
  | { readonly kind: 'http2'; readonly session: H2OriginSession }
  | { readonly kind: 'http1'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Everybody left before. */
  | { readonly kind: 'left' }

/** Mutable on purpose: one per dial. */
export class SharedDial implements Member {
  place = 0
  private readonly places = new Set<Place>()
  private readonly needs: SharedDialParts
  private readonly settled: (outcome: Outcome) => void
  private readonly dialing: Dialing
  private session: H2OriginSession | undefined
  private timer: Timer | undefined
  private isOver = false

  /** `settled` is called once, later. */
  constructor(needs: SharedDialParts, settled: (outcome: Outcome) => void) {
    this.needs = needs
    this.settled = settled
    this.dialing = dial(needs.request, undefined, needs.parts, (socket, failure) => {
      if (failure === undefined) this.connected(socket)
      else this.settle({ kind: 'failed', failure })
    })
  }

  get hasRoom(): boolean {
    return !this.isOver && this.places.size < MAX_WAITING
  }

  /** In the order in which they came. */
  get waiting(): readonly Place[] {
    return [...this.places]
  }

  join(place: Place): void {
    this.places.add(place)
    place.at({ abort: () => this.leave(place) })
  }

  private leave(place: Place): void {
    this.places.delete(place)
    if (this.places.size > 0 || this.isOver) return
    this.timer?.cancel()
    this.session?.destroy()
    this.dialing.cancel()
    this.settle({ kind: 'left' })
  }

  private connected(socket: Socket): void {
    const { profile } = this.needs
    const chosen = profile.peer.alpn === 'h2c' ? 'h2' : (socket as TLSSocket).alpnProtocol
    if (chosen === 'h2') this.openSession(socket)
    else if (profile.peer.alpn === 'h2h1') this.settle({ kind: 'http1', socket })
    else {
      this.dialing.cancel()
      this.settle({ kind: 'failed', failure: NOT_CHOSEN })
    }
  }

  /** The origin's settings are the first that it says; until they are here it may be anything. */
  private openSession(socket: Socket): void {
    const { parts, profile, owner } = this.needs
    const { connectionTimeout } = profile.peer
    const session = new H2OriginSession(socket, profile.origin.scheme, parts, owner, failure => {
      this.timer?.cancel()
      this.settle(failure === undefined ? { kind: 'http2', session } : { kind: 'failed', failure })
    })
    this.session = session
    if (connectionTimeout === 0) return
    this.timer = parts.clock.after(connectionTimeout, () => {
      this.settle({ kind: 'failed', failure: NO_SETTINGS })
      session.destroy()
    })
  }

  private settle(outcome: Outcome): void {
    if (this.isOver) return
    this.isOver = true
    this.settled(outcome)
  }
}

const NOT_CHOSEN: Failure = {
  code: 'tls_protocol_error',
  side: 'origin',
  detail: 'the origin did not choose h2 (ALPN)',
}
const NO_SETTINGS: Failure = { code: 'connection_timeout', side: 'origin', detail: 'connection_timeout' }
