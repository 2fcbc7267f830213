// File events: something happened to an entry that matters. The only file that knows chokidar.
import { basename, dirname } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Watched } from '../config/loaded.ts'
import { linkChain } from './chain.ts'

export interface FileEvents {
  /** Watches these from now on, and nothing else. An event may be missed meanwhile; look again after it resolved. */
  follow(watched: Watched): Promise<void>
  close(): Promise<void>
}

export interface Heard {
  /** Something may have changed. */
  readonly hint: () => void
  /** The system can't watch; only the poll sees changes then. */
  readonly trouble: (error: unknown) => void
}

const EVERYTHING = Symbol('every entry')

/** Folder to the names in it that matter. */
type Wanted = Map<string, Set<string | symbol>>

async function entriesOf(watched: Watched): Promise<Wanted> {
  const wanted: Wanted = new Map()
  const want = (folder: string, name: string | symbol): void => {
    const names = wanted.get(folder) ?? new Set()
    wanted.set(folder, names.add(name))
  }
  for (const path of [...watched.files, ...watched.folders])
    for (const { folder, name } of await linkChain(path)) want(folder, name)
  for (const folder of watched.folders) want(folder, EVERYTHING)
  return wanted
}

function isWanted(wanted: Wanted, path: string): boolean {
  if (wanted.has(path)) return true
  const names = wanted.get(dirname(path))
  return names !== undefined && (names.has(EVERYTHING) || names.has(basename(path)))
}

function isSame(a: Wanted, b: Wanted): boolean {
  if (a.size !== b.size) return false
  for (const [folder, names] of a) {
    const others = b.get(folder)
    if (others?.size !== names.size || [...names].some(name => !others.has(name))) return false
  }
  return true
}

function watchEntries(wanted: Wanted, heard: Heard): Promise<FSWatcher> {
  return new Promise(resolve => {
    // Links are entries like files here: where they lead is watched in its own folder. Events on entries are enough to know of
    // every kind of change, and a name that comes back is heard because its folder is watched, not its inode.
    const watcher = watch([...wanted.keys()], {
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
      persistent: false,
      ignored: path => !isWanted(wanted, path),
    })
    watcher.on('all', heard.hint)
    watcher.on('error', heard.trouble)
    watcher.once('ready', () => resolve(watcher))
  })
}

/** Nothing is watched yet. */
export function openFileEvents(heard: Heard): FileEvents {
  let wanted: Wanted = new Map()
  let watcher: FSWatcher | undefined
  return {
    async follow(watched) {
      const next = await entriesOf(watched)
      if (isSame(wanted, next)) return
      wanted = next
      const before = watcher
      watcher = await watchEntries(next, heard)
      await before?.close()
    },
    async close() {
      wanted = new Map()
      await watcher?.close()
      watcher = undefined
    },
  }
}
