// One question for the addresses of a name, asked of whom the system would ask: its hosts file, then DNS itself, which tells how long
// an answer holds, and last the system's own resolver, which knows search domains and whatever else the machine is set up for.
// That one blocks a thread of the few that Node has until it answers, so only two questions at a time go there.
import { lookup as askSystem, type RecordWithTtl, Resolver } from 'node:dns'
import { ownAddresses } from './hosts-file.ts'
import type { Answer, Lookup, NameAddress, NoAnswer } from './name.ts'

export interface LookupParts {
  readonly hostsFile: string
  /** DNS servers, `address:port`; undefined for the system's. */
  readonly servers: readonly string[] | undefined
  readonly system: Lookup
}

/** c-ares doubles it for the second try. */
const TIMEOUT = 2_000
const TRIES = 2
const MOST_BLOCKING = 2

/** Asks whom the system would ask. */
export function systemLookup(): Lookup {
  return openLookup({ hostsFile: '/etc/hosts', servers: undefined, system: blockingLookup() })
}

/** Asks in the order above. */
export function openLookup({ hostsFile, servers, system }: LookupParts): Lookup {
  return async name => {
    const own = await ownAddresses(name, hostsFile)
    if (own.length > 0) return { addresses: own, ttl: undefined }
    // A single label is a name only within the search domains, which are the system's.
    if (!name.includes('.')) return system(name)
    const answer = await askDns(name, servers)
    return 'code' in answer && !isSilence(answer) ? system(name) : answer
  }
}

/** Nobody answered, or nobody could: the system would ask the same servers, and wait as long. */
function isSilence({ code }: NoAnswer): boolean {
  return code === 'ETIMEOUT' || code === 'ESERVFAIL'
}

/** A resolver of its own for each question: it reads resolv.conf, which may have changed. */
async function askDns(name: string, servers: readonly string[] | undefined): Promise<Answer | NoAnswer> {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES })
  if (servers !== undefined) resolver.setServers(servers)
  const [four, six] = await Promise.all([
    records(told => resolver.resolve4(name, { ttl: true }, told)),
    records(told => resolver.resolve6(name, { ttl: true }, told)),
  ])
  const addresses = [...four.addresses, ...six.addresses]
  if (addresses.length === 0) return { code: [four, six].find(isSilenceOf)?.code ?? four.code ?? 'ENODATA' }
  return { addresses, ttl: Math.min(four.ttl, six.ttl) }
}

interface Records {
  readonly addresses: readonly NameAddress[]
  readonly ttl: number
  readonly code: string | undefined
}

function isSilenceOf({ code = '' }: Records): boolean {
  return isSilence({ code })
}

type Told = (error: NodeJS.ErrnoException | null, found: RecordWithTtl[]) => void

function records(ask: (told: Told) => void): Promise<Records> {
  return new Promise(resolve => {
    ask((error, found) => {
      if (error !== null) {
        resolve({ addresses: [], ttl: Number.POSITIVE_INFINITY, code: error.code ?? error.message })
        return
      }
      const ttl = Math.min(...found.map(record => record.ttl)) * 1000
      const addresses = found.map(({ address }) => ({ address, family: familyOf(address) }))
      resolve({ addresses, ttl, code: undefined })
    })
  })
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

/** getaddrinfo(3), for two names at a time. */
export function blockingLookup(): Lookup {
  const waiting: (() => void)[] = []
  let asking = 0
  const next = (): void => {
    if (asking >= MOST_BLOCKING) return
    waiting.shift()?.()
  }
  return name =>
    new Promise(resolve => {
      waiting.push(() => {
        asking++
        askSystem(name, { all: true }, (error, found) => {
          asking--
          resolve(
            error === null
              ? {
                  addresses: found.map(({ address }) => ({ address, family: familyOf(address) })),
                  ttl: undefined,
                }
              : { code: error.code ?? error.message },
          )
          next()
        })
      })
      next()
    })
}
