// Waits until agents are connected, for scripts that start them.
import { type Clock, systemClock } from '../base/clock.ts'
import { formatDuration, parseDuration } from '../base/duration.ts'
import { stayAlive } from './alive.ts'
import { askList } from './ask-list.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import type { AgentRow } from './live-rows.ts'
import { printNote } from './print.ts'
import { agentStanding } from './print-agents.ts'
import { UsageError } from './usage.ts'

export interface WaitFlags extends ServerFlags {
  /** Ids, or names. */
  readonly names: readonly string[]
  /** As written; undefined: a minute. */
  readonly timeout: string | undefined
}

/** Milliseconds. */
const USUAL_TIMEOUT = 60_000
const BETWEEN = 200

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise(resolve => {
    clock.after(ms, resolve)
  })

/** `p2pstream agents wait NAME...`: 0 once all are connected, 1 when the time is over or the file has no such agent. */
export async function waitForAgents(flags: WaitFlags, environment: Environment): Promise<number> {
  const { names } = flags
  if (names.length === 0) throw new UsageError('agents wait: name those to wait for')
  const timeout = flags.timeout === undefined ? USUAL_TIMEOUT : parseDuration(flags.timeout)
  if (timeout === undefined) throw new UsageError(`--timeout "${flags.timeout}" is no duration, such as 60s`)
  using _ = stayAlive()
  const clock = systemClock()
  const end = clock.now() + timeout
  for (;;) {
    const listed = await askList<AgentRow>(flags, environment, '/api/agents', {})
    if (!listed.ok) return listed.exitCode
    const found = names.map(name => listed.rows.find(row => row.id === name || row.name === name))
    const unknown = names.filter((_, at) => found[at] === undefined)
    if (unknown.length > 0) {
      await printNote(`p2pstream: the file that runs has no agent ${unknown.join(', ')}\n`)
      return EXIT.no
    }
    const missing = found.filter(row => row !== undefined && row.state !== 'connected')
    if (missing.length === 0) return EXIT.yes
    if (clock.now() >= end) {
      const words = missing.map(row => (row === undefined ? '' : `  ${row.id}: ${agentStanding(row)}\n`))
      await printNote(`p2pstream: not connected after ${formatDuration(timeout)}:\n${words.join('')}`)
      return EXIT.no
    }
    await pause(clock, Math.min(BETWEEN, Math.max(0, end - clock.now())))
  }
}
