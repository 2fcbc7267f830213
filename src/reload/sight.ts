// What watched files hold at a moment, as hashes: two equal sights mean that there is nothing to load.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import type { Watched } from '../config/loaded.ts'

/** By path: the hash of a file's content or of a folder's names, or the word for why there is none. */
export type Sight = ReadonlyMap<string, string>

export interface Look {
  readonly sight: Sight
  /** When each file last changed, milliseconds since 1970 by the file system's clock. */
  readonly changedAt: ReadonlyMap<string, number>
}

export interface Eyes {
  /** Reads what may have changed since the last look; large files are read in pieces, so nothing stalls. */
  look(watched: Watched): Promise<Look>
}

/** File times have grains of up to this size; within it a file can change and keep its time. */
const GRAIN = 2000
const PIECE = 256 * 1024

interface Known {
  readonly signature: string
  readonly hash: string
  readonly isCertain: boolean
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

async function folderSight(path: string): Promise<string> {
  try {
    const names = await readdir(path)
    return createHash('sha256').update(names.sort().join('\0')).digest('hex')
  } catch (error) {
    return codeOf(error)
  }
}

/** Eyes that remember what they read: a file is read again when its identity, size or times changed, or when these can't tell. */
export function openEyes(clock: Clock): Eyes {
  const known = new Map<string, Known>()

  const fileSight = async (path: string, changedAt: Map<string, number>): Promise<string> => {
    const before = known.get(path)
    known.delete(path)
    try {
      const now = clock.wall()
      const found = await stat(path, { bigint: true })
      changedAt.set(path, Number(found.ctimeMs))
      // A pipe would be emptied by reading it, a device may never end.
      if (!found.isFile()) return 'not a file'
      const signature = `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`
      const isSame = before?.signature === signature && before.isCertain
      const hash = isSame ? before.hash : await hashOfFile(path)
      // A write between the two would leave an old time beside a new hash, and pass for what was loaded before it.
      if (!isSame) changedAt.set(path, Number((await stat(path, { bigint: true })).ctimeMs))
      known.set(path, { signature, hash, isCertain: Number(found.ctimeMs) < now - GRAIN })
      return hash
    } catch (error) {
      return codeOf(error)
    }
  }

  return {
    async look(watched) {
      const changedAt = new Map<string, number>()
      const sight = new Map<string, string>()
      for (const path of watched.files) sight.set(path, await fileSight(path, changedAt))
      for (const path of watched.folders) sight.set(path, await folderSight(path))
      for (const path of known.keys()) if (!sight.has(path)) known.delete(path)
      return { sight, changedAt }
    },
  }
}

/** Whether both hold the same of the same. */
export function isSameSight(a: Sight, b: Sight): boolean {
  if (a.size !== b.size) return false
  for (const [path, word] of a) if (b.get(path) !== word) return false
  return true
}
