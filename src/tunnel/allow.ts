// What an agent may be asked to dial. Names are allowed by name, addresses by range; what was checked is what is dialled.
import { isIP } from 'node:net'
import { type AddressSet, addressSet } from '../base/cidr.ts'
import { type DialTarget, isAbout, parseDialTarget } from '../base/dial-target.ts'

/** Loopback and the private ranges: what an agent reaches when it was told nothing (RFC 1918, RFC 4193). */
const USUAL = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']

/** Link-local addresses, and those where clouds hand out credentials: only an entry that lies inside one of these names them. */
const DELICATE = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200/32']
const delicate: readonly AddressSet[] = DELICATE.map(range => addressSet([range]))

interface Entry extends DialTarget {
  readonly isDelicate: boolean
}

export interface AllowList {
  /** Whether a host that was asked for may be dialled at one of its addresses. */
  permits(host: string, address: string, port: number): boolean
}

export type ParsedAllow =
  | { readonly ok: true; readonly list: AllowList }
  /** The entry that is none. */
  | { readonly ok: false; readonly entry: string }

/** Whether an entry lies inside one of the delicate ranges, and so names it. */
function isDelicate({ cidr }: DialTarget): boolean {
  return (
    cidr !== undefined &&
    delicate.some((set, n) => set.has(cidr.address) && cidr.prefix >= prefixOf(DELICATE[n]))
  )
}

function prefixOf(range: string | undefined): number {
  return Number(range?.split('/')[1])
}

/** Without entries, loopback and private ranges. */
export function parseAllow(entries: readonly string[]): ParsedAllow {
  const parsed: Entry[] = []
  for (const text of entries.length === 0 ? USUAL : entries) {
    const entry = parseDialTarget(text)
    if (entry === undefined) return { ok: false, entry: text }
    parsed.push({ ...entry, isDelicate: isDelicate(entry) })
  }
  return {
    ok: true,
    list: {
      permits(host, address, port) {
        if (isIP(address) === 0) return false
        const needsDelicate = delicate.some(set => set.has(address))
        return parsed.some(
          entry =>
            (entry.isDelicate || !needsDelicate) &&
            isAbout(entry, entry.name === undefined ? address : host, port),
        )
      },
    },
  }
}
