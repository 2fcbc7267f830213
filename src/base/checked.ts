// Values whose form was proven before: reading one that doesn't fit is our mistake, not a person's.
import { type DialTarget, parseDialTarget } from './dial-target.ts'
import { parseDuration } from './duration.ts'
import { type PasswordHash, parsePasswordHash } from './password.ts'
import { parseSize } from './size.ts'

function proven<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`unchecked value ${JSON.stringify(text)}`)
  return value
}

/** Milliseconds. */
export function duration(text: string): number {
  return proven(parseDuration(text), text)
}

/** Bytes. */
export function size(text: string): number {
  return proven(parseSize(text), text)
}

/** An entry of an allow-list. */
export function dialTarget(text: string): DialTarget {
  return proven(parseDialTarget(text), text)
}

/** `20%` as 0.2. */
export function share(text: string): number {
  const digits = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  return proven(digits === undefined ? undefined : Number(digits) / 100, text)
}

/** The hash of a password. */
export function passwordHash(text: string): PasswordHash {
  return proven(parsePasswordHash(text), text)
}
