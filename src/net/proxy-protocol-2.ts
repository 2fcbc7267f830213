// Version 2 of the PROXY protocol: a binary block with addresses and tagged values behind them (proxy-protocol.txt 2.2).
import { SocketAddress } from 'node:net'
import { crc32c } from './crc32c.ts'
import { type Endpoint, type HeaderReading, PARTIAL, type ProxyHeader, refused } from './proxy-header.ts'

export const SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Version and command, family and transport, and the length of what follows stand behind the signature. */
const FIXED = 16
const VERSION = 2
const LOCAL = 0
const PROXY = 1
const STREAM = 1
const LAST_TRANSPORT = 2
/** By family: unspecified, INET, INET6, UNIX; the bytes that both addresses, and their ports, take. */
const SPANS: readonly number[] = [0, 12, 36, 216]
const CHECKSUM = 3
/** Type and length of a tagged value. */
const TAG = 3

/** Reads a block whose start is SIGNATURE; one longer than `most` is refused as soon as that is known. */
export function readBlock(bytes: Buffer, most: number): HeaderReading {
  const about = bytes[SIGNATURE.length]
  if (about === undefined) return PARTIAL
  if (about >> 4 !== VERSION) return refused('a version other than 2')
  const command = about & 15
  if (command > PROXY) return refused('an unknown command')
  const kind = bytes[SIGNATURE.length + 1]
  if (kind === undefined) return PARTIAL
  const family = kind >> 4
  const span = SPANS[family]
  // The family of a connection of the proxy's own, a health check for example, is to be ignored.
  if (command !== LOCAL && (span === undefined || (kind & 15) > LAST_TRANSPORT))
    return refused('an unknown family or transport')
  if (bytes.length < FIXED) return PARTIAL
  const length = FIXED + bytes.readUInt16BE(FIXED - 2)
  if (length > most) return refused(`a header of more than ${most} bytes`)
  const unsaid: ProxyHeader = { kind: 'header', length, ends: undefined }
  if (command === PROXY && span !== undefined && FIXED + span > length)
    return refused('a header too short for its addresses')
  if (bytes.length < length) return PARTIAL
  if (command === LOCAL || span === undefined || span === 0) return unsaid
  const block = bytes.subarray(0, length)
  const flaw = flawOfTags(block, FIXED + span)
  if (flaw !== undefined) return refused(flaw)
  // A path says nothing about a visitor, and a datagram can't have become this connection.
  if (family > 2 || (kind & 15) !== STREAM) return unsaid
  return { kind: 'header', length, ends: family === 1 ? endsOf(block, 4) : endsOf(block, 16) }
}

/** Steps over the tagged values; only a checksum means something to us. */
function flawOfTags(block: Buffer, from: number): string | undefined {
  let at = from
  while (at < block.length) {
    if (at + TAG > block.length) return 'a tagged value that is cut off'
    const value = at + TAG
    const next = value + block.readUInt16BE(at + 1)
    if (next > block.length) return 'a tagged value that is cut off'
    if (block[at] === CHECKSUM && !isChecked(block, value, next)) return 'a wrong checksum'
    at = next
  }
  return undefined
}

/** The sum is that of the whole header, with zeros in its own place (RFC 4960 appendix B). */
function isChecked(block: Buffer, from: number, to: number): boolean {
  if (to - from !== 4) return false
  const blank = Buffer.from(block)
  blank.fill(0, from, to)
  return crc32c(blank) === block.readUInt32BE(from)
}

function endsOf(block: Buffer, width: 4 | 16): ProxyHeader['ends'] {
  const ports = FIXED + 2 * width
  const end = (address: number, port: number): Endpoint => ({
    address: addressAt(block.subarray(address, address + width)),
    port: block.readUInt16BE(port),
  })
  return { source: end(FIXED, ports), destination: end(FIXED + width, ports + 2) }
}

function addressAt(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = bytes.toString('hex').replace(/(?<=.)(?=(?:.{4})+$)/g, ':')
  return new SocketAddress({ address: groups, family: 'ipv6' }).address
}
