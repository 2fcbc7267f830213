// The header of the PROXY protocol, row by row and for any bytes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HeaderReading } from '../../../src/net/proxy-header.ts'
import { MAX_HEADER, readProxyHeader } from '../../../src/net/proxy-protocol.ts'
import { block, checked, ipv4Ends, ipv6Ends, line, tag } from '../../support/proxy-header.ts'

/** What the first bytes of a connection are, read as they come, one more at a time. */
function readByteByByte(bytes: Buffer): HeaderReading {
  for (let length = 0; length < bytes.length; length++) {
    const reading = readProxyHeader(bytes.subarray(0, length))
    if (reading.kind !== 'partial') return reading
  }
  return readProxyHeader(bytes)
}

function sourceOf(bytes: Buffer): string {
  const reading = readProxyHeader(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\n')]))
  if (reading.kind !== 'header') return reading.kind === 'refused' ? `refused: ${reading.why}` : reading.kind
  expect(reading.length).toBe(bytes.length)
  const { ends } = reading
  return ends === undefined ? 'its own' : `${ends.source.address} ${ends.source.port}`
}

describe('a line', () => {
  it.each([
    ['TCP4 192.0.2.7 198.51.100.1 4711 443', '192.0.2.7 4711'],
    ['TCP4 255.255.255.255 255.255.255.255 65535 65535', '255.255.255.255 65535'],
    ['TCP4 0.0.0.0 0.0.0.0 0 0', '0.0.0.0 0'],
    ['TCP6 2001:DB8:0:0:0:0:0:7 2001:db8::1 4711 443', '2001:db8::7 4711'],
    [
      'TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535',
    ],
    ['TCP6 ::ffff:192.0.2.7 ::1 1 2', '::ffff:192.0.2.7 1'],
    ['UNKNOWN', 'its own'],
    ['UNKNOWN ', 'its own'],
    [
      'UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535',
      'its own',
    ],
    ['UNKNOWN whatever \x00\xff', 'its own'],
  ])('%j says that the source is %s', (text, source) => {
    expect(sourceOf(line(text))).toBe(source)
  })

  const shape = (family: string): string =>
    `refused: a line that isn't two ${family} addresses and two ports, one space apart`
  const family = 'refused: a family other than TCP4, TCP6 and UNKNOWN'
  it.each([
    ['TCP4 192.0.2.07 198.51.100.1 4711 443', shape('TCP4')],
    ['TCP4 192.0.2 198.51.100.1 4711 443', shape('TCP4')],
    ['TCP4 192.0.2.256 198.51.100.1 4711 443', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 04711 443', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 4711 65536', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 -1 443', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 +1 443', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 4711', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 4711 443 ', shape('TCP4')],
    ['TCP4 192.0.2.7 198.51.100.1 4711 443 1', shape('TCP4')],
    ['TCP4  192.0.2.7 198.51.100.1 4711 443', shape('TCP4')],
    ['TCP4\t192.0.2.7 198.51.100.1 4711 443', family],
    ['TCP4 2001:db8::7 2001:db8::1 4711 443', shape('TCP4')],
    ['TCP6 192.0.2.7 198.51.100.1 4711 443', shape('TCP6')],
    ['TCP6 fe80::7%eth0 fe80::1 4711 443', shape('TCP6')],
    ['TCP6 [2001:db8::7] 2001:db8::1 4711 443', shape('TCP6')],
    ['TCP6 1::2::3 2001:db8::1 4711 443', shape('TCP6')],
    ['TCP6 00001::2 2001:db8::1 4711 443', shape('TCP6')],
    ['TCP5 192.0.2.7 198.51.100.1 4711 443', family],
    ['tcp4 192.0.2.7 198.51.100.1 4711 443', family],
    ['UNKNOWNS', family],
    [' TCP4 192.0.2.7 198.51.100.1 4711 443', family],
    ['', family],
    ['/ HTTP/1.1', family],
    ['TCP4 192.0.2.7\n198.51.100.1 4711 443', 'refused: a line that ends without CRLF'],
    ['UNKNOWN a\rb', 'refused: a line that ends without CRLF'],
    [`UNKNOWN ${'x'.repeat(92)}`, 'refused: a line of more than 107 bytes'],
  ])('%j is refused', (text, why) => {
    expect(sourceOf(line(text))).toBe(why)
    expect(readByteByByte(line(text))).toMatchObject({ kind: 'refused' })
  })

  it('has at most 107 bytes, and that many are fine', () => {
    expect(sourceOf(line(`UNKNOWN ${'x'.repeat(91)}`))).toBe('its own')
  })
})

describe('a block', () => {
  const mapped = [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0207]
  const plain = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7]
  it.each([
    ['TCP over IPv4', block(), '192.0.2.7 4711'],
    ['TCP over IPv6', block({ kind: 0x21, ends: ipv6Ends(plain, 4711) }), '2001:db8::7 4711'],
    ['IPv4 in IPv6', block({ kind: 0x21, ends: ipv6Ends(mapped, 1) }), '::ffff:192.0.2.7 1'],
    ['LOCAL', block({ about: 0x20, kind: 0, ends: [] }), 'its own'],
    ['LOCAL with addresses', block({ about: 0x20 }), 'its own'],
    ['LOCAL of a family that nobody knows', block({ about: 0x20, kind: 0xff, ends: [1, 2, 3] }), 'its own'],
    ['an unspecified family', block({ kind: 0, ends: [] }), 'its own'],
    ['an unspecified family with something', block({ kind: 0, ends: [9, 9, 9] }), 'its own'],
    ['an unspecified transport', block({ kind: 0x10 }), 'its own'],
    ['UDP', block({ kind: 0x12 }), 'its own'],
    ['a unix socket', block({ kind: 0x31, ends: Array(216).fill(65) }), 'its own'],
    [
      'tagged values',
      block({ tags: [tag(1, Buffer.from('h2')), tag(0xee, Buffer.alloc(300))] }),
      '192.0.2.7 4711',
    ],
    [
      'empty tagged values',
      block({ tags: [tag(4, Buffer.alloc(0)), tag(2, Buffer.alloc(0))] }),
      '192.0.2.7 4711',
    ],
    ['a checksum', checked({ tags: [tag(2, Buffer.from('a.example'))] }), '192.0.2.7 4711'],
    ['as many bytes as may be', block({ tags: [tag(4, Buffer.alloc(MAX_HEADER - 31))] }), '192.0.2.7 4711'],
  ])('with %s is read', (_, bytes, source) => {
    expect(sourceOf(bytes)).toBe(source)
  })

  const broken = checked()
  broken.writeUInt8(8, 19)
  it.each([
    ['version 1', block({ about: 0x11 }), 'a version other than 2'],
    ['version 3', block({ about: 0x31 }), 'a version other than 2'],
    ['another command', block({ about: 0x22 }), 'an unknown command'],
    ['another family', block({ kind: 0x41 }), 'an unknown family or transport'],
    ['another transport', block({ kind: 0x13 }), 'an unknown family or transport'],
    ['half its addresses', block({ ends: [1, 2, 3, 4, 5, 6] }), 'a header too short for its addresses'],
    ['IPv4 addresses that it calls IPv6', block({ kind: 0x21 }), 'a header too short for its addresses'],
    [
      'a short path',
      block({ kind: 0x31, ends: Array(215).fill(65) }),
      'a header too short for its addresses',
    ],
    ['a tag without a length', block({ tags: [Buffer.from([4, 0])] }), 'a tagged value that is cut off'],
    ['a tag past the end', block({ tags: [Buffer.from([4, 0, 2, 1])] }), 'a tagged value that is cut off'],
    ['a changed address', broken, 'a wrong checksum'],
    ['a checksum of three bytes', block({ tags: [tag(3, Buffer.alloc(3))] }), 'a wrong checksum'],
    ['too many bytes', block({ length: MAX_HEADER - 15 }), 'a header of more than 4096 bytes'],
    ['65,551 bytes', block({ length: 65535 }), 'a header of more than 4096 bytes'],
  ])('with %s is refused', (_, bytes, why) => {
    expect(sourceOf(bytes)).toBe(`refused: ${why}`)
    expect(readByteByByte(bytes)).toEqual({ kind: 'refused', why })
  })
})

describe('anything else', () => {
  it.each([
    'GET / HTTP/1.1\r\n',
    'PROXYING / HTTP/1.1\r\n',
    'PUT',
    '\x16\x03\x01',
    '\r\n\r\nGET',
    '\r\nGET',
    'PRI *',
  ])('%j is no header', text => {
    expect(readProxyHeader(Buffer.from(text, 'latin1'))).toEqual({ kind: 'none' })
  })

  it.each(['', 'P', 'PROXY', 'PROXY ', 'PROXY TCP4 192.0.2.7', '\r\n\r\n\0', '\r'])(
    '%j may become one',
    text => {
      expect(readProxyHeader(Buffer.from(text, 'latin1'))).toEqual({ kind: 'partial' })
    },
  )
})

const octet = fc.nat(255)
const port = fc.nat(65535)
const ipv4 = fc.tuple(octet, octet, octet, octet).map(bytes => bytes.join('.'))
const tags = fc.array(
  fc
    .tuple(
      octet.filter(type => type !== 3),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([type, value]) => tag(type, value)),
  { maxLength: 4 },
)
const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
const written = fc.oneof(
  fc.tuple(ipv4, ipv4, port, port).map(words => line(`TCP4 ${words.join(' ')}`)),
  fc.tuple(fc.ipV6(), fc.ipV6(), port, port).map(words => line(`TCP6 ${words.join(' ')}`)),
  fc.tuple(ipv4, port, tags, fc.boolean()).map(([source, from, some, isSummed]) => {
    const what = { ends: ipv4Ends(source, from), tags: some }
    return isSummed ? checked(what) : block(what)
  }),
  fc
    .tuple(groups, port, tags)
    .map(([source, from, some]) => block({ kind: 0x21, ends: ipv6Ends(source, from), tags: some })),
  fc.record({ about: fc.nat(255), kind: fc.nat(255), length: fc.nat(400) }).map(block),
)
const damaged = fc
  .tuple(written, fc.array(fc.tuple(fc.nat(1000), octet), { maxLength: 3 }))
  .map(([bytes, blows]) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of blows) copy[Math.floor((at * copy.length) / 1001)] = value
    return copy
  })

describe('for any bytes', () => {
  it('what was written is read back', () => {
    fc.assert(
      fc.property(ipv4, port, tags, fc.uint8Array({ maxLength: 50 }), (source, from, some, rest) => {
        const expected = {
          source: { address: source, port: from },
          destination: { address: '198.51.100.1', port: 443 },
        }
        const texts = [
          line(`TCP4 ${source} 198.51.100.1 ${from} 443`),
          block({ ends: ipv4Ends(source, from), tags: some }),
          checked({ ends: ipv4Ends(source, from), tags: some }),
        ]
        for (const text of texts)
          expect(readProxyHeader(Buffer.concat([text, rest]))).toEqual({
            kind: 'header',
            length: text.length,
            ends: expected,
          })
      }),
    )
  })

  it('both versions name an IPv6 address alike', () => {
    fc.assert(
      fc.property(groups, port, (source, from) => {
        const text = source.map(group => group.toString(16)).join(':')
        const asBlock = readProxyHeader(block({ kind: 0x21, ends: ipv6Ends(source, from) }))
        const asLine = readProxyHeader(line(`TCP6 ${text} 2001:db8::1 ${from} 443`))
        expect({ ...asBlock, length: 0 }).toEqual({ ...asLine, length: 0 })
        expect(asBlock.kind).toBe('header')
      }),
    )
  })

  it('however they are cut, they are the same, and more bytes change nothing', () => {
    fc.assert(
      fc.property(fc.oneof(written, damaged), fc.uint8Array({ maxLength: 30 }), (bytes, rest) => {
        const reading = readProxyHeader(bytes)
        expect(readByteByByte(bytes)).toEqual(reading)
        if (reading.kind !== 'partial') expect(readProxyHeader(Buffer.concat([bytes, rest]))).toEqual(reading)
      }),
      { numRuns: 1000 },
    )
  })

  it('it is known after MAX_HEADER of them, and a header is never longer than what came', () => {
    const long = fc
      .tuple(fc.oneof(damaged, fc.uint8Array()), fc.constantFrom(0, 0xff, 0x41))
      .map(([start, fill]) => Buffer.concat([start, Buffer.alloc(MAX_HEADER, fill)]))
    fc.assert(
      fc.property(long, bytes => {
        const reading = readProxyHeader(bytes.subarray(0, MAX_HEADER))
        expect(reading.kind).not.toBe('partial')
        if (reading.kind === 'header') expect(reading.length).toBeLessThanOrEqual(MAX_HEADER)
      }),
      { numRuns: 1000 },
    )
  })
})
