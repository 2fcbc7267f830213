// Who guessed wrong too often, by address: they are refused unheard for a while, so that guessing is slow and its log short.
import type { Clock } from '../base/clock.ts'

/** Failures that an address has free. */
const FREE = 10
/** Milliseconds after which they are forgotten. */
const WINDOW = 60_000
/** Addresses remembered; the oldest is forgotten first. */
const MOST = 10_000

export interface Attempts {
  /** Whether the address has to wait. */
  isBarred(address: string): boolean
  failed(address: string): void
  succeeded(address: string): void
}

interface Failures {
  count: number
  readonly since: number
}

/** A network of IPv6 is one address: whoever has one of its addresses has all of them. */
function network(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').length
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind
  return [...groups, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...(tail ?? '').split(':')]
    .slice(0, 4)
    .join(':')
}

/** Nobody has guessed yet. */
export function openAttempts(clock: Clock): Attempts {
  const known = new Map<string, Failures>()
  const current = (address: string): Failures | undefined => {
    const found = known.get(network(address))
    return found !== undefined && clock.now() - found.since < WINDOW ? found : undefined
  }
  return {
    isBarred: address => (current(address)?.count ?? 0) >= FREE,
    failed(address) {
      const found = current(address)
      if (found !== undefined) {
        found.count++
        return
      }
      const key = network(address)
      known.delete(key)
      known.set(key, { count: 1, since: clock.now() })
      const [oldest] = known.keys()
      if (known.size > MOST && oldest !== undefined) known.delete(oldest)
    },
    succeeded: address => void known.delete(network(address)),
  }
}
