// The header of the PROXY protocol, both versions, from the bytes that a connection began with (HAProxy's proxy-protocol.txt, 2).
import { type HeaderReading, NONE, PARTIAL, startsWith } from './proxy-header.ts'
import { readLine, START_OF_LINE } from './proxy-protocol-1.ts'
import { readBlock, SIGNATURE } from './proxy-protocol-2.ts'

/** A header that isn't complete after this many bytes is refused. */
export const MAX_HEADER = 4096

/**
 * Reads all the bytes that came so far. Once it is something other than `partial`, further bytes don't change it; it is that after
 * MAX_HEADER bytes at the latest.
 */
export function readProxyHeader(bytes: Buffer): HeaderReading {
  const asLine = startsWith(bytes, START_OF_LINE)
  if (asLine === 'whole') return readLine(bytes)
  const asBlock = startsWith(bytes, SIGNATURE)
  if (asBlock === 'whole') return readBlock(bytes, MAX_HEADER)
  return asLine === 'part' || asBlock === 'part' ? PARTIAL : NONE
}
