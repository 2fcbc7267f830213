// Who the visitor is, when trusted proxies stand in front of us (design engine, step 3).
import { isIP } from 'node:net'
import type { AddressSet } from '../base/cidr.ts'
import type { FieldReader } from './facts.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

/**
 * The visitor's address: the peer's own, unless the peer is trusted; then X-Forwarded-For, else Forwarded, from right to left
 * until a hop that isn't trusted. A hop that isn't an address ends the walk: whatever stands left of it was not vouched for.
 * A peer on a unix socket has the address `''`.
 */
export function visitorAddress(peer: string, trusted: AddressSet, fields: FieldReader): string {
  const nearest = plainAddress(peer)
  if (trusted.isEmpty || !trusted.has(nearest)) return nearest
  const chain = fields.all('x-forwarded-for')
  if (chain.length > 0) return walk(nearest, trusted, hopsFromRight(chain.join(',')))
  const forwarded = fields.all('forwarded')
  return forwarded.length > 0 ? walk(nearest, trusted, forwardedFromRight(forwarded.join(','))) : nearest
}

function walk(peer: string, trusted: AddressSet, hops: Iterable<string>): string {
  let client = peer
  for (const hop of hops) {
    const address = hopAddress(hop)
    if (address === undefined) return client
    client = address
    if (!trusted.has(address)) return client
  }
  return client
}

function* hopsFromRight(chain: string): Generator<string> {
  let end = chain.length
  while (end >= 0) {
    const comma = end === 0 ? -1 : chain.lastIndexOf(',', end - 1)
    yield chain.slice(comma + 1, end)
    end = comma
  }
}

/**
 * The `for` of each element (RFC 7239 4), the last first. Quotes are paired from the right, because only the right end was written
 * by somebody trusted: paired from the left, a visitor's `for=192.0.2.1;x="` would swallow the element a proxy put after it.
 */
function* forwardedFromRight(chain: string): Generator<string> {
  let end = chain.length
  let isQuoted = false
  for (let at = chain.length - 1; at >= 0; at--) {
    const code = chain.charCodeAt(at)
    if (code === QUOTE && !isEscaped(chain, at)) isQuoted = !isQuoted
    if (code !== COMMA || isQuoted) continue
    yield forOf(chain.slice(at + 1, end))
    end = at
  }
  yield forOf(chain.slice(0, end))
}

/** Whether an odd number of backslashes stands before a quote; runs don't overlap, so a hostile field stays linear. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote
  while (text.charCodeAt(at - 1) === BACKSLASH) at--
  return (quote - at) % 2 === 1
}

/** The one `for` of a well-formed element, `''` otherwise. */
function forOf(element: string): string {
  const pair = /[ \t]*([!#$%&'*+\-.^_`|~\w]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))[ \t]*(?:;|$)/gy
  let found: string | undefined
  let end = 0
  for (const parts of element.matchAll(pair)) {
    end = parts.index + parts[0].length
    if (parts[1]?.toLowerCase() !== 'for') continue
    if (found !== undefined) return ''
    found = parts[3] ?? (parts[2] ?? '').replace(/\\(.)/g, '$1')
  }
  return end === element.length ? (found ?? '') : ''
}

const WITH_PORT = /^(?:\[([^\]]*)\](?::[\w.-]+)?|([\d.]+):\d+)$/

/** The address of a hop, its port dropped; undefined for `unknown`, obfuscated names and anything else. */
function hopAddress(hop: string): string | undefined {
  const text = hop.trim()
  const parts = WITH_PORT.exec(text)
  const bare = parts?.[1] ?? parts?.[2] ?? text
  return isIP(bare) === 0 ? undefined : plainAddress(bare)
}

/** Lower case; an IPv4 address that came in an IPv6 one (`::ffff:10.0.0.1`, as dual-stack sockets say) is shown as IPv4. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? address.toLowerCase()
}
