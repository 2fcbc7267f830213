// Where a server's own commands reach it: a socket in the state folder, one for each main file, so that two servers of one user
// have two.
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { hashBytes } from '../base/hash.ts'

/** What a config from stdin is known by. */
export const STDIN = 'stdin'

/** The main file by its folder's real path; the file itself may be a link that is pointed elsewhere with every change. */
function fileWord(file: string): string {
  const path = resolve(file)
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}

/** The path of the socket of whoever runs `file` (or `stdin`) with this state folder. */
export function controlSocket(stateDir: string, file: string): string {
  const word = file === STDIN ? STDIN : fileWord(file)
  return join(stateDir, 'control', `${hashBytes(word).slice(0, 12)}.sock`)
}
