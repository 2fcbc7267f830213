// What somebody shows to be let in: a token, or a name and a password.
import { isSameHash, tokenHash } from '../base/token.ts'
import type { Management, Token } from '../snapshot/management.ts'
import type { Attempts } from '../state/attempts.ts'
import { type Asked, type Said, sayTrouble } from './message.ts'
import type { Need } from './pages.ts'
import type { Passwords } from './passwords.ts'

/** Who was wrong, and who was right, lately. */
export interface Memory {
  readonly attempts: Attempts
  readonly passwords: Passwords
}

const NO_TOKEN = sayTrouble(
  401,
  { code: 'token', message: 'a token is needed: Authorization: Bearer TOKEN' },
  { 'WWW-Authenticate': 'Bearer realm="p2pstream"' },
)
const WRONG_TOKEN = sayTrouble(
  401,
  { code: 'token', message: 'nobody has this token' },
  { 'WWW-Authenticate': 'Bearer realm="p2pstream", error="invalid_token"' },
)

const WRONG_PASSWORD = sayTrouble(
  401,
  { code: 'password', message: 'nobody has this name and password' },
  { 'WWW-Authenticate': 'Basic realm="p2pstream", charset="UTF-8"' },
)
const NEEDS_TOKEN = sayTrouble(403, {
  code: 'scope',
  message: 'a password is good for reading; what changes something needs a token with the scope write',
})
const BUSY = sayTrouble(
  503,
  { code: 'busy', message: 'others are signing in right now' },
  { 'Retry-After': '1' },
)

/** The token whose hash fits. Every one is compared, and each comparison takes the same time whatever it finds. */
function tokenFor(tokens: readonly Token[], given: string): Token | undefined {
  const hash = tokenHash(given)
  let found: Token | undefined
  for (const token of tokens) if (isSameHash(hash, token.hash)) found = token
  return found
}

/** The id and the password of `Basic` (RFC 7617); undefined when it isn't that. */
function signedIn(given: string): readonly [id: string, password: string] | undefined {
  const text = Buffer.from(given, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)]
}

/** Browsers ask for a password when there is somebody who has one. */
const challenge = ({ users }: Management, said: Said): Said =>
  users.length === 0
    ? said
    : {
        ...said,
        fields: { 'WWW-Authenticate': 'Basic realm="p2pstream", charset="UTF-8", Bearer realm="p2pstream"' },
      }

async function byPassword(
  asked: Asked,
  needs: Need,
  management: Management,
  memory: Memory,
  given: string,
): Promise<Said | undefined> {
  const wait = memory.attempts.wait(asked.peer)
  if (wait > 0) return tooMany(wait)
  const [id, password] = signedIn(given) ?? []
  const user = management.users.find(one => one.id === id)
  const isRight = await memory.passwords.check(password ?? '', user)
  if (isRight === 'busy') return BUSY
  if (!isRight) {
    memory.attempts.failed(asked.peer)
    return challenge(management, WRONG_PASSWORD)
  }
  return needs === 'write' ? NEEDS_TOKEN : undefined
}

const tooMany = (wait: number): Said =>
  sayTrouble(
    429,
    { code: 'too_many', message: 'too many wrong tokens or passwords from this address' },
    { 'Retry-After': String(Math.ceil(wait / 1000)) },
  )

function byToken(
  asked: Asked,
  needs: Need,
  { tokens }: Management,
  attempts: Attempts,
  given: string,
): Said | undefined {
  const wait = attempts.wait(asked.peer)
  if (wait > 0) return tooMany(wait)
  const token = tokenFor(tokens, given)
  if (token === undefined) {
    attempts.failed(asked.peer)
    return WRONG_TOKEN
  }
  if (needs === 'nothing' || token.scopes.has(needs)) return undefined
  return sayTrouble(403, { code: 'scope', message: `the token "${token.id}" has no scope ${needs}` })
}

/** Nothing was shown. */
export const NONE: unique symbol = Symbol('no credentials')

/** Why what was shown doesn't let in; undefined when it does. */
export async function judgeCredentials(
  asked: Asked,
  needs: Need,
  management: Management,
  memory: Memory,
): Promise<Said | undefined | typeof NONE> {
  const [, scheme, given] = /^(Bearer|Basic) +([\w.~+/-]+=*)$/i.exec(asked.field('authorization') ?? '') ?? []
  if (scheme === undefined || given === undefined) return NONE
  return scheme.toLowerCase() === 'bearer'
    ? byToken(asked, needs, management, memory.attempts, given)
    : await byPassword(asked, needs, management, memory, given)
}

/** To somebody who has shown nothing. */
export const needsToken = (management: Management): Said => challenge(management, NO_TOKEN)
