// Passwords of people, known by their Argon2id hash alone (RFC 9106), in the notation that every tool for it prints:
// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. Trying one costs memory and time on purpose, so it happens beside the event loop.
import { argon2, timingSafeEqual } from 'node:crypto'
import type { Random } from './random.ts'

export interface PasswordHash {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** What a hash may cost at most: 256 MiB, ten passes, sixteen lanes. */
const MOST = { memory: 262_144, passes: 10, lanes: 16 } as const
/** Of hashes made here: the least that OWASP's cheat sheet on storing passwords advises. */
const USUAL = { memory: 19_456, passes: 2, lanes: 1 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

const NOTATION =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Undefined when it isn't one, or would cost too much. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const [, m, t, p, salt = '', hash = ''] = NOTATION.exec(text) ?? []
  const [memory, passes, lanes] = [Number(m), Number(t), Number(p)]
  if (!(memory >= 8 * lanes && memory <= MOST.memory)) return undefined
  if (!(passes >= 1 && passes <= MOST.passes && lanes >= 1 && lanes <= MOST.lanes)) return undefined
  return { memory, passes, lanes, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const bare = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

function derive(
  password: string,
  { memory, passes, lanes, salt }: Omit<PasswordHash, 'hash'>,
  length: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const terms = { message: password, nonce: salt, memory, passes, parallelism: lanes, tagLength: length }
  argon2('argon2id', terms, (error, tag) => {
    if (error === null) resolve(tag)
    else reject(error)
  })
  return promise
}

/** The notation of a password's hash, under a salt of its own. */
export async function passwordHash(password: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.id(), 'hex').subarray(0, SALT_BYTES)
  const hash = await derive(password, { ...USUAL, salt }, HASH_BYTES)
  const { memory, passes, lanes } = USUAL
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${bare(salt)}$${bare(hash)}`
}

/** Compared with when there is nothing to compare with. */
const NOBODY: PasswordHash = { ...USUAL, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) }

/** Whether the password has the hash; undefined for somebody who isn't known, which takes about as long. */
export async function isPassword(password: string, known: PasswordHash | undefined): Promise<boolean> {
  const { hash, ...terms } = known ?? NOBODY
  const given = await derive(password, terms, hash.length)
  return timingSafeEqual(given, hash) && known !== undefined
}
