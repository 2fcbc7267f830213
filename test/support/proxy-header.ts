// Writes headers of the PROXY protocol as HAProxy's proxy-protocol.txt says, good ones and such as no sender may send.

export interface Block {
  /** Version and command: 0x21 is PROXY, 0x20 LOCAL. */
  readonly about?: number
  /** Family and transport: 0x11 TCP over IPv4, 0x21 over IPv6. */
  readonly kind?: number
  /** Addresses and ports. */
  readonly ends?: readonly number[]
  readonly tags?: readonly Uint8Array[]
  /** What the header says of its length; its true one, unless told otherwise. */
  readonly length?: number
}

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

export function line(text: string): Buffer {
  return Buffer.from(`PROXY ${text}\r\n`, 'latin1')
}

/** A version 2 header; from 192.0.2.7:4711 to 198.51.100.1:443 over TCP, unless told otherwise. */
export function block(what: Block = {}): Buffer {
  const { about = 0x21, kind = 0x11, ends = ipv4Ends('192.0.2.7', 4711), tags = [] } = what
  const rest = Buffer.concat([Buffer.from(ends), ...tags])
  const length = what.length ?? rest.length
  return Buffer.concat([Buffer.from([...SIGNATURE, about, kind, length >> 8, length & 255]), rest])
}

const port = (value: number): readonly number[] => [value >> 8, value & 255]

export function ipv4Ends(source: string, from: number): readonly number[] {
  return [...source.split('.').map(Number), 198, 51, 100, 1, ...port(from), ...port(443)]
}

/** Both addresses as eight groups. */
export function ipv6Ends(source: readonly number[], from: number): readonly number[] {
  const destination = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]
  return [...[...source, ...destination, from, 443].flatMap(port)]
}

export function tag(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 255]), value])
}

/** The header with the four bytes of a CRC-32C behind it, counted bit by bit. */
export function checked(what: Block = {}): Buffer {
  const open = block({ ...what, tags: [...(what.tags ?? []), tag(3, Buffer.alloc(4))] })
  open.writeUInt32BE(slowCrc32c(open), open.length - 4)
  return open
}

function slowCrc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((rest ^ (byte >> bit)) & 1) === 1
      rest = (rest >>> 1) ^ (isOdd ? 0x82f63b78 : 0)
    }
  }
  return ~rest >>> 0
}
