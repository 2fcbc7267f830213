// Which of a request's own lines go on to an origin, by the number of their name, under a request policy.
import type { RequestPolicy } from '../../http/request-policy.ts'
import type { RequestMessage } from '../message.ts'
import type { ConnectionField } from './connection-field.ts'
import { CONNECTION_ONLY, endingFields, HOP_BY_HOP } from './hop-by-hop.ts'
import { ALIAS, FIELD } from './names.ts'

/** What is ours, or nobody's, whatever the policy. */
const OURS = [
  FIELD.transferEncoding,
  // A request field named Proxy becomes HTTP_PROXY in a CGI (httpoxy, CVE-2016-5385).
  FIELD.proxy,
  FIELD.xForwardedFor,
  FIELD.xForwardedHost,
  FIELD.xForwardedProto,
  FIELD.xForwardedPort,
  FIELD.xForwardedPrefix,
  FIELD.xRealIp,
  FIELD.forwarded,
  FIELD.xRequestId,
  // X_Forwarded_For and X-Forwarded-For are one variable to a CGI, a WSGI or a PHP program, and so are Content_Length and its kin.
  ALIAS,
]

const STRIPPED: Uint8Array = endingFields([...HOP_BY_HOP, ...OURS])
const STRIPPED_OF_UPGRADES: Uint8Array = endingFields([...CONNECTION_ONLY, ...OURS])
const KEPT: Uint8Array = endingFields(OURS)
const NONE: ReadonlySet<string> = new Set()

/** Whether a request asks for another protocol under a policy that lets it ask: its lines then go on as they came. */
function isVerbatim({ head }: RequestMessage, { upgrades }: RequestPolicy): boolean {
  return upgrades === 'preserve' && head.counts[FIELD.upgrade] !== 0
}

/** By field number: 1 for lines that never go on as they came; the few that do return are written anew. */
export function endsHere(request: RequestMessage, policy: RequestPolicy): Uint8Array {
  if (isVerbatim(request, policy)) return KEPT
  if (policy.stripHopByHop) return STRIPPED
  return policy.upgrades === 'preserve' ? KEPT : STRIPPED_OF_UPGRADES
}

/** Whether the origin is told by the visitor's own line that nothing follows on its connection. */
export function saysClose(
  request: RequestMessage,
  connection: ConnectionField,
  policy: RequestPolicy,
): boolean {
  return connection.close && endsHere(request, policy)[FIELD.connection] === 0
}

/** Lower-case names of the nominated fields that end here. */
export function nominatedAway(
  request: RequestMessage,
  connection: ConnectionField,
  policy: RequestPolicy,
): ReadonlySet<string> {
  return policy.stripNominated && !isVerbatim(request, policy) ? connection.nominated : NONE
}
