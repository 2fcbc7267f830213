// When to load again: something happened, or the poll saw other content; then it was quiet for a while; and it still differs.
import type { Clock, Timer } from '../base/clock.ts'
import { hashOf } from '../base/hash.ts'
import type { Watched } from '../config/loaded.ts'
import { type Eyes, isSameSight, type Sight } from './sight.ts'
import type { FileEvents, Heard } from './watch.ts'

/** Milliseconds; a `poll` of 0 is none. */
export interface WatchRules {
  readonly debounce: number
  readonly poll: number
}

export interface Changes {
  /** What the watched files hold now; taken before a load, so that nothing written during it is missed. */
  look(): Promise<Sight>
  /** Whether this is what was loaded last. */
  isLoaded(sight: Sight): boolean
  /**
   * After a load: watches what it read (the same as before, if it can't tell) and returns the hash of all that. `before` is the
   * look from before it.
   */
  follow(read: Watched | undefined, before: Sight): Promise<string>
  configure(rules: WatchRules): void
  close(): Promise<void>
}

/** Writers who never rest are not waited for longer than this. */
const MOST_PATIENCE = 2000
const NOTHING: Watched = { files: [], folders: [], seen: new Map() }

/** Calls `onChange` when a load is due; the caller looks once more and compares. */
export function openChanges(parts: {
  readonly clock: Clock
  readonly eyes: Eyes
  readonly openEvents: (heard: Heard) => FileEvents
  readonly rules: WatchRules
  readonly onChange: () => void
  readonly onTrouble: (error: unknown) => void
}): Changes {
  const { clock, eyes, onChange } = parts
  let rules = parts.rules
  let watched = NOTHING
  let loaded: Sight = new Map()
  let quiet: Timer | undefined
  let restlessSince: number | undefined
  let glimpse: Sight | undefined
  let pollTimer: Timer | undefined
  let isClosed = false

  const look = async (): Promise<Sight> => eyes.look(watched)

  const hint = (): void => {
    if (isClosed) return
    quiet?.cancel()
    restlessSince ??= clock.now()
    const patience = restlessSince + MOST_PATIENCE - clock.now()
    quiet = clock.after(Math.max(0, Math.min(rules.debounce, patience)), () => void calm(patience > 0))
  }
  // Where there are no events, a file that still grows shows by its content.
  const calm = async (mayWait: boolean): Promise<void> => {
    if (glimpse !== undefined && mayWait) {
      const sight = await look()
      if (!isSameSight(sight, glimpse)) {
        glimpse = sight
        hint()
        return
      }
    }
    quiet = undefined
    glimpse = undefined
    restlessSince = undefined
    if (!isClosed) onChange()
  }

  const poll = async (): Promise<void> => {
    pollTimer = undefined
    const sight = await look()
    if (quiet === undefined && !isSameSight(sight, loaded)) {
      glimpse = sight
      hint()
    }
    rest()
  }
  const rest = (): void => {
    pollTimer?.cancel()
    pollTimer = rules.poll === 0 || isClosed ? undefined : clock.after(rules.poll, () => void poll())
  }

  const events = parts.openEvents({ hint, trouble: parts.onTrouble })

  return {
    look,
    isLoaded: sight => isSameSight(sight, loaded),
    async follow(read, before) {
      watched = read ?? watched
      await events.follow(watched)
      const sight = await look()
      // What the load can't tell of, a file that was too large, counts as loaded once it was looked at before a load.
      const wordOf = (path: string): string => read?.seen.get(path) ?? before.get(path) ?? 'not looked at'
      loaded = new Map([...sight.keys()].map(path => [path, wordOf(path)]))
      if (!isSameSight(sight, loaded)) hint()
      rest()
      return hashOf([...loaded].sort())
    },
    configure(next) {
      rules = next
      rest()
    },
    async close() {
      isClosed = true
      quiet?.cancel()
      pollTimer?.cancel()
      await events.close()
    },
  }
}
