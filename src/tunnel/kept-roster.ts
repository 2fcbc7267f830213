// Keeps what the roster remembers in the state folder: read once, and written some time after something has changed.
import { type Clock, nextTurn, type Timer } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import { readSecret, writeSecret } from '../state/folder.ts'
import { readMemory, writeMemory } from './memory.ts'
import type { Roster } from './roster.ts'

const FILE = 'agents.jsonl'
/** Milliseconds between a change and the file; a crowd that comes back is written once. */
const DELAY = 5_000
/** Agents that are written without a pause. */
const AT_ONCE = 100

export interface KeptRoster {
  /** Reads what was kept there, the first time; from now on it is kept there. */
  in(folder: string): Promise<void>
  /** Something has changed. */
  changed(): void
  /** Writes what isn't written yet. */
  close(): Promise<void>
}

/** Nothing is read or written before `in`. */
export function keepRoster(
  roster: () => Pick<Roster, 'memories' | 'remember'>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): KeptRoster {
  let folder: string | undefined
  let timer: Timer | undefined
  let isChanged = false
  let writing: Promise<void> = Promise.resolve()

  async function read(from: string): Promise<void> {
    const text = await readSecret(from, FILE)
    for (const line of text?.split('\n') ?? []) {
      const memory = readMemory(line)
      if (memory !== undefined) roster().remember(memory)
    }
  }
  async function write(to: string): Promise<void> {
    isChanged = false
    const lines: string[] = []
    for (const memory of roster().memories()) {
      lines.push(writeMemory(memory))
      if (lines.length % AT_ONCE === 0) await nextTurn()
    }
    if (lines.length === 0) return
    await writeSecret(to, FILE, lines.join('')).catch(error =>
      log.warn('state/not-kept', { folder: to, name: FILE, error }),
    )
  }
  function flush(): void {
    timer?.cancel()
    timer = undefined
    const to = folder
    if (to !== undefined && isChanged) writing = writing.then(() => write(to))
  }

  return {
    async in(next) {
      const isFirst = folder === undefined
      if (folder === next) return
      folder = next
      if (!isFirst) {
        this.changed()
        return
      }
      // Whatever is written from now on is written behind it: what was kept there isn't lost to a server that stops at once.
      writing = read(next)
      await writing
    },
    changed() {
      isChanged = true
      if (folder !== undefined) timer ??= clock.after(DELAY, flush)
    },
    async close() {
      flush()
      await writing
    },
  }
}
