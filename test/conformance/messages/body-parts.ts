// Bodies and the fields that frame them: mostly right, now and then wrong in a way that some parser fell for.
import type { Chance } from '../../support/chance.ts'
import { field, lineEnd, mostly, someFields } from './message-parts.ts'

const BODY_CHARS = [
  'a',
  'b',
  '\r',
  '\n',
  '\r\n',
  '0',
  '5',
  ';',
  ':',
  ' ',
  '\0',
  '\xff',
  'GET / HTTP/1.1\r\n',
  '0\r\n\r\n',
]

export function someBody(chance: Chance): string {
  let text = ''
  for (let count = chance.below(12); count > 0; count--) text += chance.pick(BODY_CHARS)
  return text
}

const ODD_LENGTHS: readonly ((length: number) => string)[] = [
  length => `+${length}`,
  length => `-${length}`,
  length => `0x${length.toString(16)}`,
  length => `${length}, ${length}`,
  length => `${length},`,
  length => `${length} ${length}`,
  length => `${length}.0`,
  length => `${length}e0`,
  length => `${length}_0`,
  length => `"${length}"`,
  length => `${length};`,
  length => `${length}a`,
  length => `\x0b${length}`,
  length => `${length}\0`,
  () => '',
  () => ' ',
  () => 'x',
  () => '9007199254740992',
  () => '18446744073709551615',
  () => '18446744073709551616',
  () => '99999999999999999999999999',
  length => String(length + 1),
  length => String(length - 1),
  length => `${length}\r\nContent-Length: ${length}`,
  length => `${length}\r\ncontent-length: ${length + 1}`,
]

export function lengthField(chance: Chance, length: number): string {
  const plain = chance.oneIn(12) ? `000${length}` : String(length)
  return field(chance, 'Content-Length', chance.oneIn(30) ? chance.pick(ODD_LENGTHS)(length) : plain)
}

const ODD_CODINGS = [
  'gzip, chunked',
  'chunked, gzip',
  'chunked, chunked',
  'chunked,',
  ', chunked',
  'identity',
  'chunked;a=b',
  'chunked ; q=1',
  'xchunked',
  'chunkedx',
  'chun ked',
  '"chunked"',
  'chunked\x0b',
  '\x0bchunked',
  'chunked\0',
  '',
  'x',
  'chunked\r\n ',
  'chunked\r\nTransfer-Encoding: chunked',
  'identity\r\nTransfer-Encoding: chunked',
  'chunked\r\nTransfer-Encoding: identity',
]

export function codingField(chance: Chance): string {
  const coding = chance.pick(['chunked', 'chunked', 'Chunked', 'CHUNKED'])
  return field(chance, 'Transfer-Encoding', mostly(chance, [coding], ODD_CODINGS, 30))
}

const EXTENSIONS = [';a', ';a=b', ';a="b"', ';a="b;c"', ';a="\\""', ';a;b=c', ';a="\x80"', ';a="b\tc"']
const ODD_EXTENSIONS = [
  ';',
  ';;',
  '; a',
  ' ;a',
  ';a =b',
  ';a= b',
  ';a=',
  ';=b',
  ';a="b',
  ';a=b"',
  ';a="b"c',
  ';a=b=c',
  ';a="\r\n"',
  ';a="\n"',
  ';a\n',
  ';a\r',
  ';a\0',
  ';\n',
  ';a="\0"',
  ';a="\\\r\n"',
  ';a="\\\0"',
  ';a="\x7f"',
  ';\x80',
  ' ',
  '\t',
  ' \n',
]

function chunkSize(chance: Chance, length: number): string {
  const hex = length.toString(16)
  const usual = chance.pick([hex, hex, hex.toUpperCase(), `0${hex}`, `0000${hex}`])
  const odd = [
    `0x${hex}`,
    ` ${hex}`,
    `+${hex}`,
    `-${hex}`,
    '',
    `${hex}g`,
    `${hex}h`,
    `\t${hex}`,
    `${hex}\0`,
    '20000000000000',
    'fffffffffffffff',
    'ffffffffffffffff',
    '10000000000000000',
    '100000000000000000000000000000005',
    (length + 1).toString(16),
    Math.max(0, length - 1).toString(16),
    `${hex}.`,
    `${hex},`,
  ]
  const size = mostly(chance, [usual], odd)
  return chance.oneIn(6) ? size + mostly(chance, EXTENSIONS, ODD_EXTENSIONS, 8) : size
}

/** A body in chunks, with trailers now and then. */
export function chunks(chance: Chance, body: string): string {
  let text = ''
  let rest = body
  while (rest !== '') {
    const length = 1 + chance.below(rest.length)
    const end = mostly(chance, ['\r\n'], ['\n', '\r', '', 'x\r\n', '\r\nx', ' \r\n', '\0\r\n', '\r\r\n'])
    text += chunkSize(chance, length) + lineEnd(chance) + rest.slice(0, length) + end
    rest = rest.slice(length)
  }
  const trailers = chance.oneIn(5) ? someFields(chance, 3) : ''
  return text + chunkSize(chance, 0) + lineEnd(chance) + trailers + lineEnd(chance)
}
