// The secret that signs sticky cookies: made once, kept in the state folder, the same through reloads and restarts.
import type { Random } from '../base/random.ts'
import type { Log } from '../observe/log.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readSecret, writeSecret } from '../state/folder.ts'
import type { Identity, Keep } from '../state/keep.ts'

export interface StickySecretParts {
  readonly random: Random
  readonly log: Log
  readonly keep: Keep
  /** Where what outlives the process is kept unless the file says. */
  readonly stateDir: string
}

export interface StickySecret {
  readonly secret: Uint8Array
  /** For `Keep.retain`. */
  readonly identity: string
}

const FILE = 'sticky.key'
const BYTES = 32

/** The secret for a snapshot's pools; undefined when none of them is sticky: then nothing is read or written. */
export async function stickySecret(
  { pools, stateDir }: Snapshot,
  parts: StickySecretParts,
): Promise<StickySecret | undefined> {
  if (![...pools.values()].some(({ sticky }) => sticky !== undefined)) return undefined
  const folder = stateDir === '' ? parts.stateDir : stateDir
  const identity: Identity<{ secret: Promise<Uint8Array> }> = `sticky-secret:${folder}`
  const { secret } = parts.keep.at(identity, () => ({ secret: openSecret(folder, parts) }))
  return { secret: await secret, identity }
}

async function openSecret(folder: string, { random, log }: StickySecretParts): Promise<Uint8Array> {
  const text = await readSecret(folder, FILE)
  const kept = Buffer.from(text?.trim() ?? '', 'hex')
  if (kept.length === BYTES) return kept
  const made = random.id() + random.id()
  await writeSecret(folder, FILE, `${made}\n`).catch(error =>
    log.warn('state/not-kept', { folder, name: FILE, error }),
  )
  return Buffer.from(made, 'hex')
}
