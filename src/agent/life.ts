// An agent's tunnel to one server, for ever: connected, or about to try again after a pause that grows and is drawn at random.
import type { Clock, Timer } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Wheel } from '../net/wheel.ts'
import type { Log } from '../observe/log.ts'
import { MuxSession } from '../tunnel/mux/session.ts'
import type { MuxStream } from '../tunnel/mux/stream.ts'
import { DEFAULT_TERMS } from '../tunnel/mux/terms.ts'
import type { Connected } from './connect.ts'
import { RegularCuts } from './cuts.ts'

/** Milliseconds: pauses are drawn between 0 and a ceiling that doubles from the first to the last. */
const FIRST_PAUSE = 200
const LAST_PAUSE = 30_000
/** Who lived so long begins again with short pauses. */
const GOOD_LIFE = 20_000

export interface LifeParts {
  readonly clock: Clock
  readonly wheel: Wheel
  readonly random: Random
  readonly log: Log
  /** For the log. */
  readonly server: string
  readonly maxStreams: number
  /** What all tunnels read into. */
  readonly buffer: Buffer
  readonly connect: () => Promise<Connected>
  readonly serve: (stream: MuxStream) => void
  readonly connected: (takesLanes: boolean) => void
}

export interface Life {
  /** Tries now, if it is waiting. */
  hurry(): void
  /** Takes no new streams, lets those that it has come to an end within so many milliseconds, and leaves. */
  leave(within: number): Promise<void>
  readonly isConnected: boolean
}

/** Begins at once. */
export function beginLife({
  clock,
  wheel,
  random,
  log,
  server,
  maxStreams,
  buffer,
  connect,
  serve,
  connected: told,
}: LifeParts): Life {
  let session: MuxSession | undefined
  let waiting: Timer | undefined
  let isLeaving = false
  let ceiling = FIRST_PAUSE
  let left: (() => void) | undefined
  const cuts = new RegularCuts()

  const again = (isRejected: boolean, lived: number): void => {
    if (isLeaving) return
    if (lived >= GOOD_LIFE) ceiling = FIRST_PAUSE
    // Credentials that are wrong don't get right in a moment.
    if (isRejected) ceiling = LAST_PAUSE
    const ms = random.fraction() * ceiling
    ceiling = Math.min(2 * ceiling, LAST_PAUSE)
    waiting = clock.after(ms, attempt)
  }
  const attempt = (): void => {
    waiting = undefined
    const started = clock.now()
    void connect().then(connected => {
      if (connected.ok && isLeaving) connected.socket.destroy()
      else if (connected.ok) begin(connected, started)
      else {
        log.warn('agent/not-connected', { server, kind: connected.kind, why: connected.detail })
        again(connected.kind === 'rejected', clock.now() - started)
      }
    })
  }
  const begin = ({ socket, early, takesLanes }: Connected & { ok: true }, started: number): void => {
    const connected = clock.now()
    let isGoodbye = false
    session = new MuxSession(
      socket,
      'client',
      { ...DEFAULT_TERMS, maxStreams },
      { clock, wheel, buffer },
      {
        accepted: serve,
        goneAway() {
          isGoodbye = true
        },
        ended({ reason, detail }) {
          session = undefined
          log.info('agent/disconnected', { server, reason, detail })
          const isCut = reason === 'carrier_closed' && !isGoodbye
          const age = cuts.ended(isCut, clock.now() - connected)
          if (age !== undefined) log.warn('agent/cut-regularly', { server, age_ms: age })
          left?.()
          again(false, clock.now() - started)
        },
      },
      early,
    )
    log.info('agent/connected', { server })
    told(takesLanes)
  }
  attempt()
  return {
    get isConnected() {
      return session !== undefined
    },
    hurry() {
      if (waiting === undefined) return
      waiting.cancel()
      ceiling = FIRST_PAUSE
      attempt()
    },
    leave(within) {
      isLeaving = true
      waiting?.cancel()
      if (session === undefined) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      left = resolve
      const limit = clock.after(within, () => session?.close())
      session.drain()
      return promise.finally(() => limit.cancel())
    },
  }
}
