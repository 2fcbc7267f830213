// Field lines as HPACK writes them (RFC 7541 6), one instruction at a time, so that a test decides which.
import type { Field } from '../incoming.ts'
import { FLAG, frame } from './frames.ts'

function integer(first: number, prefix: number, value: number): Buffer {
  const full = 2 ** prefix - 1
  if (value < full) return Buffer.from([first | value])
  const bytes = [first | full]
  let rest = value - full
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 | (rest % 128))
  return Buffer.from([...bytes, rest])
}

function text(value: string): Buffer {
  return Buffer.concat([integer(0, 7, Buffer.byteLength(value, 'latin1')), Buffer.from(value, 'latin1')])
}

/** A literal that touches no table; latin1, whatever its bytes. */
export function literal([name, value]: Field): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)])
}

/** A literal that the reader has to keep; its index is 62 from then on. */
export function kept([name, value]: Field): Buffer {
  return Buffer.concat([Buffer.from([0x40]), text(name), text(value)])
}

/** One byte on the wire, whatever the size of the entry. */
export function indexed(index: number): Buffer {
  return integer(0x80, 7, index)
}

/** A literal whose name is an entry of the tables. */
export function literalByName(index: number, value: string): Buffer {
  return Buffer.concat([integer(0, 4, index), text(value)])
}

/** A change of the table's size (RFC 7541 6.3). */
export function tableSize(bytes: number): Buffer {
  return integer(0x20, 5, bytes)
}

/** A whole field block, of plain literals. */
export function block(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(literal))
}

/** The HEADERS of a whole request without a body, or of the start of one. */
export function requestBytes(
  stream: number,
  scheme: 'http' | 'https',
  path: string,
  more: readonly Field[] = [],
  how: { readonly method?: string; readonly ends?: boolean } = {},
): Buffer {
  const { method = 'GET', ends = true } = how
  const fields: readonly Field[] = [
    [':method', method],
    [':scheme', scheme],
    [':authority', 'a.test'],
    [':path', path],
    ...more,
  ]
  return frame(1, FLAG.endHeaders | (ends ? FLAG.endStream : 0), stream, block(fields))
}
