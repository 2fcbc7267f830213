// Whether an address is this machine's own, which nobody else can reach.
import { isIP } from 'node:net'

/** `127.0.0.0/8` and `::1`, in any spelling; names are never. */
export function isLoopback(address: string): boolean {
  if (isIP(address) === 4) return address.startsWith('127.')
  return isIP(address) === 6 && !address.includes('%') && new URL(`http://[${address}]/`).hostname === '[::1]'
}
