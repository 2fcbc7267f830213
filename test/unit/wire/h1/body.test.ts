import { describe, expect, it } from 'vitest'
import { BodyReader } from '../../../../src/wire/h1/body.ts'
import { CHUNKED, UNTIL_CLOSE } from '../../../../src/wire/h1/framing.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

interface Read {
  readonly reader: BodyReader
  readonly pieces: readonly string[]
  readonly at: number
}

function read(framing: number, text: string): Read {
  const reader = new BodyReader()
  const pieces: string[] = []
  reader.begin(framing)
  const bytes = latin1(text)
  const at = reader.read(bytes, 0, bytes.length, {
    data: piece => void pieces.push(piece.toString('latin1')),
  })
  return { reader, pieces, at }
}

describe('a body with a length', () => {
  it('ends at its last byte', () => {
    const { reader, pieces, at } = read(3, 'abcrest')
    expect([pieces, at, reader.isDone, reader.remaining]).toEqual([['abc'], 3, true, 0])
  })

  it('knows what is still to come', () => {
    const { reader, pieces } = read(5, 'abc')
    expect([pieces, reader.isDone, reader.remaining]).toEqual([['abc'], false, 2])
  })

  it('of no bytes is done before it begins', () => {
    const { reader, pieces, at } = read(0, 'rest')
    expect([pieces, at, reader.isDone]).toEqual([[], 0, true])
  })

  it('hands a whole buffer on as it is, a part of one without copying', () => {
    const reader = new BodyReader()
    const got: Buffer[] = []
    reader.begin(8)
    const whole = latin1('abcde')
    const larger = latin1('xfghx')
    reader.read(whole, 0, 5, { data: piece => void got.push(piece) })
    reader.read(larger, 1, 5, { data: piece => void got.push(piece) })
    expect(got[0]).toBe(whole)
    expect(got[1]?.buffer).toBe(larger.buffer)
    expect(got[1]?.toString()).toBe('fgh')
  })
})

describe('a body until the connection closes', () => {
  it('takes everything and never ends by itself', () => {
    const { reader, pieces, at } = read(UNTIL_CLOSE, 'abc')
    expect([pieces, at, reader.isDone, reader.endsWithConnection]).toEqual([['abc'], 3, false, true])
    expect(reader.remaining).toBeUndefined()
  })
})

describe('a body in chunks', () => {
  it('stops where the trailers begin', () => {
    const { reader, pieces, at } = read(CHUNKED, '3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\nrest')
    expect([pieces, at, reader.atTrailers, reader.isDone]).toEqual([['abc', 'de'], 20, true, false])
    expect(reader.remaining).toBeUndefined()
  })

  it('is done when somebody has read the trailers', () => {
    const { reader } = read(CHUNKED, '0\r\n')
    reader.stop()
    expect(reader.isDone).toBe(true)
  })

  it.each([
    '1;a\r\nx',
    '1;a=b\r\nx',
    '1;a="b"\r\nx',
    '1;a=""\r\nx',
    '1;a="\\"\\\\"\r\nx',
    '1;a="b;c=d"\r\nx',
    '1;a;b;c=d\r\nx',
    '1;a="\t\xff"\r\nx',
    '0000000000000000000000000000001\r\nx',
  ])('%j is read', text => {
    const { reader, pieces } = read(CHUNKED, text)
    expect([reader.refusal, pieces]).toEqual([undefined, ['x']])
  })

  it.each([
    ['\r\n', 0],
    ['g', 0],
    [' 1', 0],
    ['-1', 0],
    ['1 ', 1],
    ['1\n', 1],
    ['1\rx', 2],
    ['1x', 1],
    ['1;\r', 2],
    ['1;;', 2],
    ['1; a', 2],
    ['1;=', 2],
    ['1;a=\r', 4],
    ['1;a=;', 4],
    ['1;a =', 3],
    ['1;a=b=', 5],
    ['1;a=b"', 5],
    ['1;a="b"c', 7],
    ['1;a="b"=', 7],
    ['1;a="\r', 5],
    ['1;a="\n', 5],
    ['1;a="\0', 5],
    ['1;a="\\\r', 6],
    ['1;\0', 2],
    ['1;a\n', 3],
    ['20000000000000', 13],
    [`${'0'.repeat(33)}`, 32],
    ['1\r\nxy', 4],
    ['1\r\nx\n', 4],
    ['1\r\nx\r\r', 5],
  ])('%j is refused at byte %i', (text, at) => {
    const result = read(CHUNKED, text)
    expect(result.reader.refusal?.status).toBe(400)
    expect(result.at).toBe(at)
  })

  it('counts extensions over the whole body, and afresh for the next', () => {
    const chunk = `1;${'a'.repeat(8190)}\r\nx\r\n`
    const { reader } = read(CHUNKED, chunk + chunk)
    expect(reader.refusal).toBeUndefined()
    expect(read(CHUNKED, chunk + chunk + chunk).reader.refusal?.detail).toContain('16 KiB')
    reader.begin(CHUNKED)
    const bytes = latin1(chunk)
    reader.read(bytes, 0, bytes.length, { data: () => undefined })
    expect(reader.refusal).toBeUndefined()
  })

  it('hands nothing more on once it was stopped between two chunks', () => {
    const reader = new BodyReader()
    const pieces: string[] = []
    reader.begin(CHUNKED)
    const bytes = latin1('1\r\na\r\n1\r\nb\r\nxx')
    reader.read(bytes, 0, bytes.length, {
      data(piece) {
        pieces.push(piece.toString())
        reader.stop()
      },
    })
    expect([pieces, reader.refusal]).toEqual([['a'], undefined])
  })
})
