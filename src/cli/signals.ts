// What the system's signals ask of a running server.

export interface Asked {
  /** SIGHUP. */
  readonly reload: () => void
  /** The first SIGTERM or SIGINT. */
  readonly stop: (signal: string) => void
  /** The second one: the exit code is 128 and the signal's number, as shells know it. */
  readonly endNow: (exitCode: number) => void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** What we tell `launch.js` when it is our parent: that it may tell us its signals instead of sending them. */
const LISTENING = 'listening'

/**
 * Listens until the process ends. A terminal and systemd send a signal to the launcher and to us, others to the launcher alone,
 * which tells us; so the same signal may come on either way or on both, and what counts is the way on which more have come.
 */
export function listenToSignals(asked: Asked): void {
  const count = { sent: 0, told: 0 }
  let seen = 0
  const stop = (signal: 'SIGINT' | 'SIGTERM', way: 'sent' | 'told'): void => {
    count[way] += 1
    if (count[way] <= seen) return
    seen = count[way]
    if (seen === 1) asked.stop(signal)
    else asked.endNow(EXIT_CODES[signal])
  }
  process.on('SIGHUP', asked.reload)
  process.on('SIGINT', () => stop('SIGINT', 'sent'))
  process.on('SIGTERM', () => stop('SIGTERM', 'sent'))
  if (process.send === undefined) return
  process.on('message', told => {
    if (told === 'SIGHUP') asked.reload()
    if (told === 'SIGINT' || told === 'SIGTERM') stop(told, 'told')
  })
  // A launcher that was killed can't tell us anything any more, and nobody who started it knows of us.
  process.on('disconnect', () => stop('SIGTERM', 'told'))
  process.send(LISTENING)
}
