// Where somebody may be asked to connect to: one entry of an allow-list, `host:port`, `host:*`, `10.0.0.0/8`, `[fd00::/8]:8000-8999`.
import { BlockList, isIP } from 'node:net'
import { type Cidr, parseCidr } from './cidr.ts'

export interface DialTarget {
  /** A name in lower case, without the dot at its end; undefined for addresses. */
  readonly name: string | undefined
  /** Undefined for a name. An address is a range of one. */
  readonly cidr: Cidr | undefined
  readonly range: BlockList | undefined
  /** First and last port, both allowed. */
  readonly ports: readonly [first: number, last: number]
}

const NAME = /^(?=.{1,253}\.?$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/
const EVERY_PORT = [1, 65_535] as const

function parsePorts(text: string | undefined): DialTarget['ports'] | undefined {
  if (text === undefined || text === '*') return EVERY_PORT
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const ports = [Number(first), Number(last)] as const
  return first !== '' && ports[0] >= 1 && ports[0] <= ports[1] && ports[1] <= 65_535 ? ports : undefined
}

/** Reads an entry; undefined when it isn't one. Without a port all of them are meant; IPv6 with a port stands in brackets. */
export function parseDialTarget(text: string): DialTarget | undefined {
  const isBareRange = parseCidr(text) !== undefined
  const [, bracketed, plain, port] = isBareRange
    ? ['', undefined, text]
    : (/^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [])
  const where = bracketed ?? plain ?? ''
  const ports = parsePorts(port)
  if (ports === undefined) return undefined
  const cidr = parseCidr(where)
  if (cidr !== undefined) {
    const range = new BlockList()
    range.addSubnet(cidr.address, cidr.prefix, cidr.family)
    return { name: undefined, cidr, range, ports }
  }
  const name = where.toLowerCase()
  const isName = bracketed === undefined && NAME.test(name) && !/(^|\.)\d+\.?$/.test(name)
  return isName ? { name: name.replace(/\.$/, ''), cidr: undefined, range: undefined, ports } : undefined
}

/** Whether an entry is about a host, a name or an address as it is asked for, and a port. Names are compared, never resolved. */
export function isAbout({ name, range, ports }: DialTarget, host: string, port: number): boolean {
  if (port < ports[0] || port > ports[1]) return false
  const version = isIP(host)
  if (version === 0) return name === host.toLowerCase().replace(/\.$/, '')
  return range?.check(host, version === 4 ? 'ipv4' : 'ipv6') === true
}
