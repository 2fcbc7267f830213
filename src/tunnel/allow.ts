// What an agent may be asked to dial. Names are allowed by name, addresses by range; what was checked is what is dialled.
import { isIP } from 'node:net'
import { type AddressSet, addressSet, parseCidr } from '../base/cidr.ts'

/** Loopback and the private ranges: what an agent reaches when it was told nothing (RFC 1918, RFC 4193). */
const USUAL = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']

/** Link-local addresses, and those where clouds hand out credentials: only an entry that lies inside one of these names them. */
const DELICATE = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200/32']
const delicate: readonly AddressSet[] = DELICATE.map(range => addressSet([range]))

interface Ports {
  readonly from: number
  readonly to: number
}

interface Entry {
  /** In lower case; undefined for a range. */
  readonly name: string | undefined
  readonly range: AddressSet | undefined
  readonly isDelicate: boolean
  readonly ports: Ports
}

export interface AllowList {
  /** Whether a host that was asked for may be dialled at one of its addresses. */
  permits(host: string, address: string, port: number): boolean
}

export type ParsedAllow =
  | { readonly ok: true; readonly list: AllowList }
  /** The entry that is none. */
  | { readonly ok: false; readonly entry: string }

const ALL_PORTS: Ports = { from: 1, to: 65_535 }
const NAME = /^(?!-)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/

function parsePorts(text: string | undefined): Ports | undefined {
  if (text === undefined || text === '*') return ALL_PORTS
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const from = Number(first)
  const to = last === undefined ? from : Number(last)
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined
}

/** What stands before the ports, and the ports. An IPv6 address with ports stands in brackets. */
function split(text: string): readonly [subject: string, ports: string | undefined] {
  const [, bracketed, behind] = /^\[([^\]]+)\](?::(.+))?$/.exec(text) ?? []
  if (bracketed !== undefined) return [bracketed, behind]
  const [subject = '', ports, ...more] = text.split(':')
  return more.length > 0 ? [text, undefined] : [subject, ports]
}

/** `host`, `10.0.0.0/8`, `[fd00::/8]`, each with `:port`, `:8000-8999` or `:*` behind it. */
function parseEntry(text: string): Entry | undefined {
  const [subject, portText] = split(text)
  const ports = parsePorts(portText)
  if (ports === undefined) return undefined
  const cidr = parseCidr(subject)
  if (cidr !== undefined) {
    const isDelicate = delicate.some(
      (set, n) => set.has(cidr.address) && cidr.prefix >= prefixOf(DELICATE[n]),
    )
    return { name: undefined, range: addressSet([subject]), isDelicate, ports }
  }
  if (!NAME.test(subject) || /^[\d.]+$/.test(subject)) return undefined
  return { name: plain(subject), range: undefined, isDelicate: false, ports }
}

function prefixOf(range: string | undefined): number {
  return Number(range?.split('/')[1])
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/** Without entries, loopback and private ranges. */
export function parseAllow(entries: readonly string[]): ParsedAllow {
  const parsed: Entry[] = []
  for (const text of entries.length === 0 ? USUAL : entries) {
    const entry = parseEntry(text)
    if (entry === undefined) return { ok: false, entry: text }
    parsed.push(entry)
  }
  return {
    ok: true,
    list: {
      permits(host, address, port) {
        if (isIP(address) === 0) return false
        const needsDelicate = delicate.some(set => set.has(address))
        return parsed.some(
          ({ name, range, isDelicate, ports }) =>
            port >= ports.from &&
            port <= ports.to &&
            (isDelicate || !needsDelicate) &&
            (range === undefined ? name === plain(host) : range.has(address)),
        )
      },
    },
  }
}
