// What watched files hold at a moment, as hashes: two equal sights mean that there is nothing to load.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import type { Watched } from '../config/loaded.ts'
import { codeOf, NOT_A_FILE, wordOfNames } from '../config/seen.ts'

/** By path: the hash of a file's content or of a folder's names, or the word for why there is none. */
export type Sight = ReadonlyMap<string, string>

export interface Eyes {
  /** Reads what may have changed since the last look; large files are read in pieces, so nothing stalls. */
  look(watched: Pick<Watched, 'files' | 'folders'>): Promise<Sight>
}

/** File times have grains of up to this size; within it a file can change and keep its time. */
const GRAIN = 2000
const PIECE = 256 * 1024

interface Known {
  readonly signature: string
  readonly hash: string
  readonly isCertain: boolean
}

/** As `hashBytes` says it of the whole. */
async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) hash.update(piece as Buffer)
  return hash.digest('hex').slice(0, 32)
}

async function folderSight(path: string): Promise<string> {
  try {
    return wordOfNames(await readdir(path))
  } catch (error) {
    return codeOf(error)
  }
}

/** Eyes that remember what they read: a file is read again when its identity, size or times changed, or when these can't tell. */
export function openEyes(clock: Clock): Eyes {
  const known = new Map<string, Known>()

  const fileSight = async (path: string): Promise<string> => {
    const before = known.get(path)
    known.delete(path)
    try {
      const now = clock.wall()
      const found = await stat(path, { bigint: true })
      // A pipe would be emptied by reading it, a device may never end.
      if (!found.isFile()) return NOT_A_FILE
      const signature = `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`
      const isSame = before?.signature === signature && before.isCertain
      const hash = isSame ? before.hash : await hashOfFile(path)
      known.set(path, { signature, hash, isCertain: Number(found.ctimeMs) < now - GRAIN })
      return hash
    } catch (error) {
      return codeOf(error)
    }
  }

  return {
    async look(watched) {
      const sight = new Map<string, string>()
      for (const path of watched.files) sight.set(path, await fileSight(path))
      for (const path of watched.folders) sight.set(path, await folderSight(path))
      for (const path of known.keys()) if (!sight.has(path)) known.delete(path)
      return sight
    },
  }
}

/** Whether both hold the same of the same. */
export function isSameSight(a: Sight, b: Sight): boolean {
  if (a.size !== b.size) return false
  for (const [path, word] of a) if (b.get(path) !== word) return false
  return true
}
