// Ranges of IP addresses (RFC 4632), compiled to one lookup.
import { BlockList, isIP } from 'node:net'

export interface AddressSet {
  /** Whether nothing is in it. */
  readonly isEmpty: boolean
  /** Whether a textual address is inside; anything that isn't an address is outside. `::ffff:10.0.0.1` counts as 10.0.0.1. */
  has(address: string): boolean
}

const SHAPE = /^([0-9A-Fa-f:.]{2,45})(?:\/(\d{1,3}))?$/

export interface Cidr {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** Splits `10.0.0.0/8` or a bare address; undefined when it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const parts = SHAPE.exec(text)
  const address = parts?.[1] ?? ''
  const version = isIP(address)
  if (version === 0) return undefined
  const most = version === 4 ? 32 : 128
  const prefix = parts?.[2] === undefined ? most : Number(parts[2])
  return prefix > most ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Compiles checked ranges; the word `unix` stands for peers on a unix socket, whose address is the empty string. */
export function addressSet(ranges: readonly string[]): AddressSet {
  const list = new BlockList()
  let unix = false
  for (const range of ranges) {
    const cidr = parseCidr(range)
    if (cidr !== undefined) list.addSubnet(cidr.address, cidr.prefix, cidr.family)
    else unix ||= range === 'unix'
  }
  return {
    isEmpty: ranges.length === 0,
    has(address) {
      if (ranges.length === 0) return false
      if (address === '') return unix
      const version = isIP(address)
      return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
    },
  }
}
