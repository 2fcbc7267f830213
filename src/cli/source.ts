// From `-c` to what is loaded: a file, a folder, or text from stdin.
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { isFolder, reasonOf } from '../config/files.ts'
import type { LoadRequest } from '../config/loaded.ts'
import { readInput } from './print.ts'

export type Found =
  | { readonly ok: true; readonly source: LoadRequest['source']; readonly name: string }
  | { readonly ok: false; readonly message: string }

/** Where a config is looked for when nobody says where it is. */
export const DEFAULT_PATHS: readonly string[] = ['./p2pstream.yaml', '/etc/p2pstream/p2pstream.yaml']

/** Finds what `-c` means (`-` is stdin, a folder stands for its p2pstream.yaml), or the first of the default paths. */
export async function findSource(config: string | undefined): Promise<Found> {
  if (config === '-') return { ok: true, source: { text: await readInput(), name: 'stdin' }, name: 'stdin' }
  const path = config ?? DEFAULT_PATHS.find(existsSync)
  if (path === undefined) {
    return {
      ok: false,
      message: `there is neither ${DEFAULT_PATHS.join(' nor ')}; name a file with -c, or make one with \`p2pstream init\``,
    }
  }
  const file = isFolder(path) ? join(path, 'p2pstream.yaml') : path
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    return { ok: false, message: `can't read "${file}": ${reasonOf(error)}` }
  }
  return { ok: true, source: { path }, name: file }
}
