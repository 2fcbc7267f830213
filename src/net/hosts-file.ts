// The names that the system knows without asking anybody: its hosts file (hosts(5)), and `localhost` (RFC 6761 6.3).
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { NameAddress } from './name.ts'

const LOOPBACK: readonly NameAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** What the file says of a lower-case name, in its order; none when it isn't in it. */
export function readHosts(text: string, name: string): readonly NameAddress[] {
  const found = new Map<string, NameAddress>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family !== 0 && names.some(one => one.toLowerCase() === name))
      found.set(address, { address, family: family === 6 ? 6 : 4 })
  }
  return [...found.values()]
}

/** Addresses of a name that nobody has to be asked for. */
export async function ownAddresses(name: string, path: string): Promise<readonly NameAddress[]> {
  const plain = name.replace(/\.$/, '')
  const text = await readFile(path, 'utf8').catch(() => '')
  const listed = readHosts(text, plain)
  if (listed.length > 0) return listed
  return plain === 'localhost' || plain.endsWith('.localhost') ? LOOPBACK : []
}
