// Words for what is in a file or a folder at a moment: who read it and who looks later say the same of the same.
import { hashBytes } from '../base/hash.ts'

/** A folder, a pipe, a device: something whose content isn't looked at. */
export const NOT_A_FILE = 'not a file'

/** Of a folder: which names are in it, in any order. */
export function wordOfNames(names: readonly string[]): string {
  return hashBytes([...names].sort().join('\0'))
}

/** Why there is nothing to be seen, as the system calls it. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
