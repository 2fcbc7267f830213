// How often somebody may be wrong about a token: past it, nobody at that address is let in for a while.
import { isIP } from 'node:net'
import type { Clock } from '../base/clock.ts'

/** Wrong tokens of one address within `WINDOW` milliseconds. */
const MOST_WRONG = 10
const WINDOW = 60_000
/** Addresses remembered; whoever was wrong longest ago is forgotten first. */
const MOST_ADDRESSES = 10_000

interface Wrong {
  count: number
  /** When the first of them was. */
  readonly since: number
}

/** A whole network of 64 bits is one address: that is what one person gets. IPv4 is the same in either notation. */
export function neighbourhood(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || isIP(address) !== 6) return mapped ?? address
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::')
    ? Array.from({ length: 8 - left.length - right.length }, () => '0')
    : []
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/** State: who was wrong lately. */
export class Attempts {
  private readonly wrong = new Map<string, Wrong>()
  private readonly clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock
  }

  /** Milliseconds until somebody at this address may try again; 0 for now. */
  wait(address: string): number {
    const found = this.wrong.get(neighbourhood(address))
    if (found === undefined || found.count < MOST_WRONG) return 0
    return Math.max(0, found.since + WINDOW - this.clock.now())
  }

  /** One more wrong token. */
  failed(address: string): void {
    const key = neighbourhood(address)
    const now = this.clock.now()
    const found = this.wrong.get(key)
    if (found !== undefined && found.since + WINDOW > now) {
      found.count++
      return
    }
    this.wrong.delete(key)
    this.wrong.set(key, { count: 1, since: now })
    if (this.wrong.size <= MOST_ADDRESSES) return
    const [oldest] = this.wrong.keys()
    if (oldest !== undefined) this.wrong.delete(oldest)
  }

  /** A right one: what was wrong before is forgotten. */
  succeeded(address: string): void {
    this.wrong.delete(neighbourhood(address))
  }
}
