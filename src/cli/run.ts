// The composition root: makes everything, starts it, waits for a signal, ends it in the reverse order.
import { nextTurn, systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import type { LoadRequest } from '../config/loaded.ts'
import { startEngine } from '../engine/engine.ts'
import { withDoor } from '../management/adopt.ts'
import { openDesk } from '../management/desk.ts'
import { openDoor } from '../management/door.ts'
import { systemLookup } from '../net/lookup.ts'
import { type AccessRules, openAccessLog } from '../observe/access.ts'
import { type Level, openLog } from '../observe/log.ts'
import { Meters } from '../observe/meters.ts'
import { openChanges } from '../reload/changes.ts'
import { openReloader } from '../reload/reload.ts'
import { openEyes } from '../reload/sight.ts'
import { openFileEvents } from '../reload/watch.ts'
import { openLoader } from '../reload/worker.ts'
import { compileSteps } from '../snapshot/compile.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { openKeep } from '../state/keep.ts'
import { openReach } from '../tunnel/reach.ts'
import { stayAlive } from './alive.ts'
import { startDemoOrigin } from './demo-origin.ts'
import { EXIT } from './exit-codes.ts'
import { watchFaults } from './faults.ts'
import { eventLines, recordLines } from './out-lines.ts'
import { disablePretenuring } from './pretenuring.ts'
import { hasColors, printNote } from './print.ts'
import { printRefusal } from './print-refusal.ts'
import { listenToSignals } from './signals.ts'
import { findSource } from './source.ts'
import { stateFolder } from './state-folder.ts'
import { currentVersion } from './version.ts'

export interface RunFlags {
  readonly config: string | undefined
  /** Goes before the file's. */
  readonly logLevel: Level | undefined
  /** undefined: none. */
  readonly demoOrigin: number | undefined
  readonly colors: boolean
}

/** Until the first configuration says otherwise. */
const SILENT: AccessRules = { enabled: false, format: 'json', sample: 1 }
/** Milliseconds that the readers of our output get at the end, and when a second signal wants it at once. */
const FAREWELL = 1000
const HASTY_FAREWELL = 100

/** `p2pstream run`: the exit code, when it has ended. */
export async function run(flags: RunFlags, environment: LoadRequest['environment']): Promise<number> {
  const found = await findSource(flags.config)
  if (!found.ok) {
    await printNote(`p2pstream: ${found.message}\n`)
    return EXIT.input
  }
  disablePretenuring()
  using _ = stayAlive()
  const clock = systemClock()
  const colors = flags.colors && hasColors('stderr')
  const events = eventLines(clock)
  const log = openLog({
    lines: events,
    clock,
    colors,
    rules: { level: flags.logLevel ?? 'info', format: 'json' },
  })
  const faults = watchFaults(log)
  const meters = new Meters()
  const access = openAccessLog({ lines: recordLines(clock), clock, log, rules: SILENT })
  const stateDir = stateFolder(environment)
  const random = systemRandom()
  const reach = openReach({
    clock,
    random,
    log,
    drainTimeout: () => engine.current?.drainTimeout ?? 0,
    pings: () => engine.current?.management?.tunnel,
  })
  const engine = startEngine({
    clock,
    random,
    log,
    access: {
      record(r) {
        access.record(r)
        meters.record(r)
      },
    },
    keep: openKeep(),
    lookup: systemLookup(),
    agents: reach,
    stateDir,
  })
  let phase: 'starting' | 'serving' | 'draining' = 'starting'
  const door = openDoor({
    clock,
    random,
    log,
    stateDir,
    file: found.name,
    answer: (asked, management) => desk(asked, management),
    tunnel: reach,
  })
  const loader = openLoader()
  const reloader = openReloader({
    clock,
    log,
    engine: withDoor(engine, door),
    breathe: nextTurn,
    compile: compileSteps,
    load: () =>
      loader.load({
        source: found.source,
        environment,
        missingReferences: 'error',
        now: clock.wall(),
      }),
    openChanges: onChange =>
      openChanges({
        clock,
        eyes: openEyes(clock),
        openEvents: openFileEvents,
        rules: { debounce: 200, poll: 2000 },
        onChange,
        onTrouble: error => log.warn('config/watch-failed', { error }),
      }),
    onApplied({ logging, listeners, routes, agents, stateDir: ownDir }: Snapshot) {
      void reach.keepIn(ownDir === '' ? stateDir : ownDir)
      meters.retain({
        listener: id => listeners.has(id),
        route: id => routes.has(id),
        agent: id => agents.has(id),
      })
      log.configure({ ...logging, level: flags.logLevel ?? logging.level })
      access.configure(logging.access)
    },
  })

  const { version, node, revision } = currentVersion()
  const desk = openDesk({
    clock,
    engine,
    reloader,
    meters,
    agents: reach,
    chance: { clock, random },
    isReady: () => phase === 'serving',
    facts: { version, build: revision, node, pid: process.pid, file: found.name, startedAt: clock.wall() },
  })

  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>()
  listenToSignals({
    reload: () => void reloader.load('request'),
    stop,
    endNow(exitCode) {
      engine.close()
      const readers = [access.close(HASTY_FAREWELL), events.close(HASTY_FAREWELL)]
      void Promise.all(readers).then(() => process.exit(exitCode))
    },
  })

  const first = await reloader.load('start')
  if (first.kind !== 'applied') return await printRefusal(first, colors)
  const demo = flags.demoOrigin === undefined ? undefined : await startDemoOrigin(clock, flags.demoOrigin)
  if (demo?.ok === false) {
    await printNote(`p2pstream: no demo origin on port ${flags.demoOrigin}: ${demo.why}\n`)
    return EXIT.config
  }
  faults.survive()
  phase = 'serving'
  log.info('server/started', {
    version,
    node,
    revision,
    pid: process.pid,
    config: found.name,
    demo: demo?.port,
  })

  const signal = await stopped
  phase = 'draining'
  log.info('server/draining', { signal, timeout_ms: engine.current?.drainTimeout })
  await reloader.close()
  await engine.drain()
  reach.drain()
  demo?.close()
  door.close()
  await reach.close()
  await access.close(FAREWELL)
  log.info('server/stopped')
  await events.close(FAREWELL)
  return EXIT.yes
}
