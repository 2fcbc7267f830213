// Whether a server answers, for containers and scripts: silent where it does.
import { ask, whereWord } from './ask.ts'
import { troubleOf } from './ask-server.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { findServer, type ServerFlags } from './find-server.ts'
import { printNote } from './print.ts'

export interface HealthcheckFlags extends ServerFlags {
  /** Also that it wants visitors: neither starting nor stopping. */
  readonly ready: boolean
}

/** Container runtimes have a timeout of their own; this one is shorter than theirs usually are. */
const TIMEOUT = 5_000

/** `p2pstream healthcheck`: 0, or 1 for everything else, which is all that container runtimes know. */
export async function healthcheck(flags: HealthcheckFlags, environment: Environment): Promise<number> {
  const found = await findServer(flags, environment)
  if (!found.ok) {
    await printNote(`p2pstream: ${found.message}\n`)
    return EXIT.no
  }
  const path = flags.ready ? '/-/ready' : '/-/healthy'
  const answered = await ask(found.where, { method: 'GET', path, timeout: TIMEOUT })
  if (answered.ok && answered.status === 200) return EXIT.yes
  const why = answered.ok ? troubleOf(answered.body) : answered.why
  await printNote(`p2pstream: ${whereWord(found.where)}: ${why}\n`)
  return EXIT.no
}
