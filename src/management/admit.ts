// Who may ask for what (design surfaces, "Management door"): by the name it was asked under, by where a browser came from, by what it shows.
import { isIP } from 'node:net'
import { normaliseHost } from '../http/host.ts'
import type { Management } from '../snapshot/management.ts'
import { covers } from '../tls/names.ts'
import { judgeCredentials, type Memory, NONE, needsToken } from './credentials.ts'
import { type Asked, type Said, sayTrouble } from './message.ts'
import type { Need } from './pages.ts'

const MISDIRECTED = sayTrouble(421, {
  code: 'host',
  message: 'not a name of this server; management.public_url and tls.extra_hosts add some',
})
const FOREIGN = sayTrouble(403, { code: 'origin', message: 'pages of other origins may not ask' })
const NOT_JSON = sayTrouble(415, { code: 'content_type', message: 'a body is application/json' })
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

/** Why somebody who came by an address is turned away; undefined lets in. */
export async function refuse(
  asked: Asked,
  needs: Need,
  management: Management,
  memory: Memory,
): Promise<Said | undefined> {
  if (!isOurs(management, normaliseHost(asked.field('host') ?? ''))) return MISDIRECTED
  if (isForeign(asked)) return FOREIGN
  if (!isJson(asked)) return NOT_JSON
  if (needs === 'nothing') return undefined
  const shown = await judgeCredentials(asked, needs, management, memory)
  if (shown !== NONE) return shown
  return management.isLocal && needs !== 'write' && !isPassedOn(asked) ? undefined : needsToken(management)
}
