import { describe, expect, it } from 'vitest'
import { TrailerReader } from '../../../../src/wire/h1/trailers.ts'
import { byteByByte, fieldsOf } from '../../../support/wire-log.ts'

function read(
  pieces: readonly string[],
  maxBytes = 100,
  maxFields = 10,
): { reader: TrailerReader; at: number } {
  const reader = new TrailerReader()
  reader.begin(maxBytes, maxFields)
  let offset = 0
  let at = 0
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    for (
      let from = 0;
      from < bytes.length && !reader.isDone && reader.refusal === undefined;
      at = offset + from
    ) {
      from = reader.read(bytes, from)
    }
    offset += bytes.length
    bytes.fill(0)
  }
  return { reader, at }
}

describe('TrailerReader', () => {
  it.each([
    ['\r\nrest', []],
    ['A: b\r\n\r\nrest', [['A', 'b']]],
    [
      'A: b\r\na:c\r\n\r\nrest',
      [
        ['A', 'b'],
        ['a', 'c'],
      ],
    ],
  ])('%j ends at its blank line, however it comes', (text, fields) => {
    for (const pieces of [[text], byteByByte(text)]) {
      const { reader, at } = read(pieces)
      expect([reader.isDone, reader.refusal, at]).toEqual([true, undefined, text.length - 4])
      expect(fieldsOf(reader.head)).toEqual(fields)
    }
  })

  it.each(['\r', 'A: b', 'A: b\r\n', 'A: b\r\n\r'])('%j is not over', text => {
    const { reader } = read([text])
    expect([reader.isDone, reader.refusal]).toEqual([false, undefined])
  })

  it.each([
    '\n',
    '\rA',
    '\r\r',
    ' A: b\r\n\r\n',
    'A : b\r\n\r\n',
    'A: b\n',
    'A: b\rc',
    'A: \0',
    'A\r\n\r\n',
    'A: b\r\n c\r\n\r\n',
    'Content-Length: 1\r\n\r\n',
    'TRANSFER-ENCODING: chunked\r\n\r\n',
    'Host: a\r\n\r\n',
    'A: b\r\nX-Forwarded-For: c\r\n\r\n',
    'A: b\r\nX_Forwarded_For: c\r\n\r\n',
    'Content_Length: 1\r\n\r\n',
    'Set-Cookie: a\r\n\r\n',
    'Connection: close\r\n\r\n',
  ])('%j is refused, however it comes', text => {
    for (const pieces of [[text], byteByByte(text)]) {
      const { reader } = read(pieces)
      expect([reader.isDone, reader.refusal?.status]).toEqual([false, 400])
    }
  })

  it.each([
    ['A: bcd\r\n\r\n', 10, undefined],
    ['A: bcde\r\n\r\n', 10, 431],
    ['A: bcdefghijkl', 10, 431],
  ])('%j under a limit of %i bytes: %s', (text, maxBytes, status) => {
    for (const pieces of [[text], byteByByte(text)]) {
      expect(read(pieces, maxBytes).reader.refusal?.status).toBe(status)
    }
  })

  it('more fields than the limit are refused', () => {
    expect(read(['A: 1\r\nB: 2\r\n\r\n'], 100, 2).reader.refusal).toBeUndefined()
    expect(read(['A: 1\r\nB: 2\r\nC: 3\r\n\r\n'], 100, 2).reader.refusal?.status).toBe(431)
  })

  it('can be used again', () => {
    const { reader } = read(['A: b\r\n\r\n'])
    reader.begin(100, 10)
    expect(reader.isDone).toBe(false)
    expect(reader.read(Buffer.from('\r\n'), 0)).toBe(2)
    expect([reader.isDone, reader.head.count]).toEqual([true, 0])
  })

  it('takes 64 KiB byte by byte without reading them again and again', () => {
    const before = performance.now()
    const { reader } = read(byteByByte(`A: ${'b'.repeat(65_536)}\r\n\r\n`), 100_000)
    expect(reader.isDone).toBe(true)
    expect(performance.now() - before).toBeLessThan(1000)
  })
})
