// How near to others this proxy wants to be, and whether it is. A miss is said, not a failed run: a shared machine decides too much.
import { short } from './figures.ts'

export interface Bar {
  readonly load: string
  readonly peer: string
  /** Whose figure it is, unless our own. */
  readonly of?: string
  /** At most this many times the peer's CPU per request; below 1: that much cheaper. */
  readonly times: number
  /** Only when the access logs are on, or off. */
  readonly log?: 'on' | 'off'
}

const bar = (load: string, peer: string, times: number): Bar => ({ load, peer, times })

/** Where nothing else is said, half of what these cost. */
const cheaper = (load: string, caddy = 2): readonly Bar[] => [
  bar(load, 'Caddy', 1 / caddy),
  bar(load, 'http-proxy-3', 1 / 2),
  bar(load, '@fastify/http-proxy', 1 / 2),
]

export const BARS: readonly Bar[] = [
  { ...bar('get1k', 'nginx', 1.7), log: 'on' },
  { ...bar('get1k', 'nginx', 1.5), log: 'off' },
  ...cheaper('get1k'),
  { ...bar('get1k', 'nginx', 3), of: 'p2pstream through an agent' },
  bar('post10k', 'nginx', 1.4),
  ...cheaper('post10k'),
  bar('get100k', 'nginx tuned', 1.2),
  ...cheaper('get100k', 1.5),
  bar('get10m', 'nginx tuned', 1.2),
  ...cheaper('get10m', 1.2),
  bar('close1k', 'nginx', 2.5),
  ...cheaper('close1k', 1.15),
  bar('tls1k', 'nginx', 1.5),
  ...cheaper('tls1k'),
  bar('h2tls1k', 'nginx', 2.2),
  ...cheaper('h2tls1k'),
]

/** One line per bar of a load: `nginx: bar 1.7, measured 1.52: held`. Peers that weren't measured have none. */
export function verdicts(load: string, log: string, costOf: (peer: string) => number): string[] {
  return BARS.filter(one => one.load === load && (one.log ?? log) === log).flatMap(({ peer, times, of }) => {
    const measured = costOf(of ?? 'p2pstream') / costOf(peer)
    if (Number.isNaN(measured)) return []
    return `${of === undefined ? '' : `${of}, `}${peer}: bar ${short(times)}, measured ${short(measured)}: ${measured <= times ? 'held' : 'MISSED'}`
  })
}
