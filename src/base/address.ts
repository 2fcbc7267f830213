// Where to listen and whom to dial: an address and port, or the path of a unix socket.
import { hostPort } from './host-port.ts'

export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode?: number }

/** The address as one word, `[::1]:80`, `*:80` for every interface, `unix:/path`; equal addresses have equal words. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  if (address.host === '') return `*:${address.port}`
  return hostPort(address.host, address.port)
}
