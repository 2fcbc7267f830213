// Mistakes of this program that nothing caught: told, and then the server goes on, because everybody else's requests are fine.
import type { Log } from '../observe/log.ts'
import { EXIT } from './exit-codes.ts'

export interface Faults {
  /** From here on nothing ends the process; until then a fault means that it can't start. */
  survive(): void
}

/** Rejections that nobody handles come the same way as exceptions. */
export function watchFaults(log: Log): Faults {
  let isStarted = false
  process.on('uncaughtException', error => {
    log.error('internal/error', { error })
    if (!isStarted) process.exit(EXIT.ourFault)
  })
  return {
    survive() {
      isStarted = true
    },
  }
}
