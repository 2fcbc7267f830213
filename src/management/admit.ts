// Who may ask for what (design surfaces, "Management door"): by the name it was asked under, by where a browser came from, by a token.
import { isIP } from 'node:net'
import { isSameHash, tokenHash } from '../base/token.ts'
import { normaliseHost } from '../http/host.ts'
import type { Management, Token } from '../snapshot/management.ts'
import type { Attempts } from '../state/attempts.ts'
import { covers } from '../tls/names.ts'
import { type Asked, type Said, sayTrouble } from './message.ts'
import type { Need } from './pages.ts'

const MISDIRECTED = sayTrouble(421, {
  code: 'host',
  message: 'not a name of this server; management.public_url and tls.extra_hosts add some',
})
const FOREIGN = sayTrouble(403, { code: 'origin', message: 'pages of other origins may not ask' })
const NOT_JSON = sayTrouble(415, { code: 'content_type', message: 'a body is application/json' })
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

/** A name that somebody else owns may lead to our address (DNS rebinding); an address can't. */
function isOurs({ hosts }: Management, host: string): boolean {
  return isIP(host) !== 0 || covers(hosts, host)
}

/** Browsers say where a request came from; nobody else does. */
function isForeign(asked: Asked): boolean {
  const site = asked.field('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const origin = asked.field('origin')
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== asked.field('host')
}

/** What proxies add: somebody stands behind the one on this machine who asks. */
const TRACES = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const

function isPassedOn(asked: Asked): boolean {
  return TRACES.some(name => asked.field(name) !== undefined)
}

function isJson(asked: Asked): boolean {
  if (asked.body.length === 0) return true
  const type = asked.field('content-type') ?? ''
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)
}

/** The token whose hash fits. Every one is compared, and each comparison takes the same time whatever it finds. */
function tokenFor(tokens: readonly Token[], given: string): Token | undefined {
  const hash = tokenHash(given)
  let found: Token | undefined
  for (const token of tokens) if (isSameHash(hash, token.hash)) found = token
  return found
}

function byToken(
  asked: Asked,
  needs: Need,
  { tokens }: Management,
  attempts: Attempts,
  given: string,
): Said | undefined {
  const wait = attempts.wait(asked.peer)
  if (wait > 0)
    return sayTrouble(
      429,
      { code: 'too_many', message: 'too many wrong tokens from this address' },
      { 'Retry-After': String(Math.ceil(wait / 1000)) },
    )
  const token = tokenFor(tokens, given)
  if (token === undefined) {
    attempts.failed(asked.peer)
    return WRONG_TOKEN
  }
  if (needs === 'nothing' || token.scopes.has(needs)) return undefined
  return sayTrouble(403, { code: 'scope', message: `the token "${token.id}" has no scope ${needs}` })
}

/** Why somebody who came by an address is turned away; undefined lets in. */
export function refuse(
  asked: Asked,
  needs: Need,
  management: Management,
  attempts: Attempts,
): Said | undefined {
  if (!isOurs(management, normaliseHost(asked.field('host') ?? ''))) return MISDIRECTED
  if (isForeign(asked)) return FOREIGN
  if (!isJson(asked)) return NOT_JSON
  if (needs === 'nothing') return undefined
  const [, given] = /^Bearer +([\w.~+/-]+=*)$/i.exec(asked.field('authorization') ?? '') ?? []
  if (given !== undefined) return byToken(asked, needs, management, attempts, given)
  return management.isLocal && needs !== 'write' && !isPassedOn(asked) ? undefined : NO_TOKEN
}
