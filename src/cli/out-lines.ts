// The two ways out of a running server: records to stdout, events to stderr.
import type { Clock } from '../base/clock.ts'
import { type Lines, streamLines } from '../observe/lines.ts'
import { fileLines } from '../observe/log.ts'
import { standardStream } from './print.ts'

/** Access records: nobody waits for whoever reads them. */
export function recordLines(clock: Clock): Lines {
  const { outlet, file, isPipe } = standardStream('stdout')
  return isPipe ? streamLines(outlet, clock) : fileLines({ file, inOrder: false, clock })
}

/** Events: few, and there when the process ends. */
export function eventLines(clock: Clock): Lines {
  const { outlet, file, isPipe } = standardStream('stderr')
  return isPipe ? streamLines(outlet, clock) : fileLines({ file, inOrder: true, clock })
}
