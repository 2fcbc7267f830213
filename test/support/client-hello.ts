// The first message of a TLS handshake, byte by byte (RFC 8446 section 4.1.2), so that it can say what no library would.

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
const sized16 = (...parts: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat(parts)
  return Buffer.concat([u16(bytes.length), bytes])
}

/** ECDHE with AES-GCM; what TLS 1.2 needs to go on. */
const SUITES = [0xc02b, 0xc02f, 0x1301]

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([u16(type), sized16(body)])
}

/** A server_name extension with any bytes in place of a name (RFC 6066 section 3). */
export function serverName(name: Buffer): Buffer {
  return extension(0, sized16(Buffer.from([0]), sized16(name)))
}

/** A ClientHello of TLS 1.2 in one record. */
export function clientHello(...extensions: readonly Buffer[]): Buffer {
  const groups = extension(10, sized16(u16(0x0017)))
  const signatures = extension(13, sized16(u16(0x0403), u16(0x0804), u16(0x0401)))
  const body = Buffer.concat([
    u16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    sized16(...SUITES.map(u16)),
    Buffer.from([1, 0]),
    sized16(groups, signatures, ...extensions),
  ])
  const message = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body])
  return Buffer.concat([Buffer.from([22, 3, 1]), u16(message.length), message])
}
