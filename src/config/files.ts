// Reading the files that a config consists of or names.
import { isUtf8 } from 'node:buffer'
import { readFileSync, type Stats, statSync } from 'node:fs'
import { hashBytes } from '../base/hash.ts'
import { codeOf, NOT_A_FILE } from './seen.ts'

/** `seen` is the hash of the content, or the word for why there is none; undefined when it was too large to be read. */
export type Bytes =
  | { readonly ok: true; readonly bytes: Buffer; readonly seen: string }
  | {
      readonly ok: false
      readonly why: string
      readonly isTooLarge: boolean
      readonly seen: string | undefined
    }

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go in a circle',
  ENAMETOOLONG: 'its name is too long',
}

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = String((error as { readonly code?: unknown } | null)?.code)
  return REASONS[code] ?? code
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // Reading it will tell why.
  }
}

function refuse(why: string, seen: string | undefined): Bytes {
  return { ok: false, why, isTooLarge: seen === undefined, seen }
}

function refuseSize(size: number, most: number): Bytes | undefined {
  return size > most ? refuse(`it has ${size} bytes, more than ${most}`, undefined) : undefined
}

function refuseKind(stat: Stats, isPipeFine: boolean): Bytes | undefined {
  if (stat.isDirectory()) return refuse('it is a folder', NOT_A_FILE)
  return stat.isFile() || isPipeFine ? undefined : refuse('it is not a regular file', NOT_A_FILE)
}

/** The bytes of a file, at most `most`. A pipe may never end, so it is read only where a person named it on the command line. */
export function readBytes(path: string, most: number, isPipeFine = false): Bytes {
  try {
    const stat = statSync(path)
    const refused = refuseKind(stat, isPipeFine) ?? refuseSize(stat.size, most)
    if (refused !== undefined) return refused
    const bytes = readFileSync(path)
    const seen = stat.isFile() ? hashBytes(bytes) : NOT_A_FILE
    return refuseSize(bytes.length, most) ?? { ok: true, bytes, seen }
  } catch (error) {
    return refuse(reasonOf(error), codeOf(error))
  }
}

/** The text of UTF-8 bytes, without a byte order mark; undefined when they are something else. */
export function textOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
