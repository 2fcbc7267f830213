// The forwarding fields of one request: constant for visitors we don't trust, a chain kept and extended for trusted proxies.
import type { Random } from '../base/random.ts'
import { FIELD } from '../wire/h1/names.ts'
import type { OurFields } from '../wire/h1/write-request.ts'
import type { VisitorSide } from '../wire/visitor-side.ts'
import { fieldLines, forwardedHost, listenerPort, NO_ADDRESS, type VisitorMemo } from './visitor-memo.ts'

/** `client` is the visitor's address after trusted proxies; `removedPrefix` what a rewrite cut off, or `''`. */
export function forwardingFields(
  side: VisitorSide,
  memo: VisitorMemo,
  client: string,
  removedPrefix: string,
): OurFields {
  if (!memo.isTrusted) {
    return removedPrefix === '' ? memo.ours : withPrefix(memo.ours, removedPrefix)
  }
  const { head } = side.request
  const peer = side.peer === '' ? NO_ADDRESS : side.peer
  const before = (id: number): string => head.allKnown(id).join(', ')
  const chain = before(FIELD.xForwardedFor)
  return fieldLines([
    ['X-Forwarded-For', chain === '' ? peer : `${chain}, ${peer}`],
    ['X-Real-IP', client === '' ? NO_ADDRESS : client],
    ['X-Forwarded-Host', head.known(FIELD.xForwardedHost) ?? forwardedHost(memo.authority, memo.scheme)],
    ['X-Forwarded-Proto', head.known(FIELD.xForwardedProto) ?? memo.scheme],
    [
      'X-Forwarded-Port',
      head.known(FIELD.xForwardedPort) ?? String(listenerPort(memo.listener, memo.authority, memo.scheme)),
    ],
    ['X-Forwarded-Prefix', (head.known(FIELD.xForwardedPrefix) ?? '') + removedPrefix],
  ])
}

function withPrefix(ours: OurFields, prefix: string): OurFields {
  const line = `X-Forwarded-Prefix: ${prefix}\r\n`
  return { lines: [...ours.lines, ['x-forwarded-prefix', line]], joined: ours.joined + line }
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/** A trusted proxy's request id is kept when it is one; everybody else gets a fresh one. */
export function requestIdOf(side: VisitorSide, memo: VisitorMemo, random: Random): string {
  if (!memo.isTrusted) return random.id()
  const given = side.request.head.known(FIELD.xRequestId)
  return given !== undefined && REQUEST_ID.test(given) ? given : random.id()
}
