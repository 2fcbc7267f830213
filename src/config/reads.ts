// The files and folders that one load reads, with what it saw in each: a later look tells whether they still are what was read.
import { type Dirent, readdirSync } from 'node:fs'
import { type Bytes, readBytes } from './files.ts'
import { codeOf, wordOfNames } from './seen.ts'

export interface Reads {
  /** As `readBytes`. */
  bytes(path: string, most: number, isPipeFine?: boolean): Bytes
  /** What is in a folder; nothing when it can't be read. */
  entries(folder: string): readonly Dirent[]
  /** Notes a file that can't be read: it may come. */
  miss(path: string, error: unknown): void
  /** In the order in which they were asked for. */
  readonly files: readonly string[]
  readonly folders: readonly string[]
  /** By path, as a `Sight` says it. What was read twice is what it was first. */
  readonly seen: ReadonlyMap<string, string>
}

/** Nothing is read yet. */
export function openReads(): Reads {
  const files = new Set<string>()
  const folders = new Set<string>()
  const seen = new Map<string, string>()
  const note = (path: string, word: string | undefined): void => {
    if (word !== undefined && !seen.has(path)) seen.set(path, word)
  }
  return {
    bytes(path, most, isPipeFine) {
      files.add(path)
      const read = readBytes(path, most, isPipeFine)
      note(path, read.seen)
      return read
    },
    entries(folder) {
      folders.add(folder)
      try {
        const entries = readdirSync(folder, { withFileTypes: true })
        note(folder, wordOfNames(entries.map(({ name }) => name)))
        return entries
      } catch (error) {
        note(folder, codeOf(error))
        return []
      }
    },
    miss(path, error) {
      files.add(path)
      note(path, codeOf(error))
    },
    get files() {
      return [...files]
    },
    get folders() {
      return [...folders]
    },
    seen,
  }
}
