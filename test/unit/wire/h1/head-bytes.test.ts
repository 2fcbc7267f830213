import { describe, expect, it } from 'vitest'
import { HeadBytes } from '../../../../src/wire/h1/head-bytes.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Takes a text in pieces; the results of every call. */
function take(pieces: readonly string[], max = 100): { head: HeadBytes; results: number[] } {
  const head = new HeadBytes()
  return { head, results: pieces.map(piece => head.take(latin1(piece), 0, max)) }
}

describe('HeadBytes', () => {
  it('takes a head that comes whole', () => {
    const { head, results } = take(['a\r\nb\r\n\r\nrest'])
    expect(results).toEqual([8])
    expect(head.text).toBe('a\r\nb\r\n\r\n')
  })

  it('starts where it is told', () => {
    const head = new HeadBytes()
    expect(head.take(latin1('xx\r\n\r\na\r\n\r\nrest'), 6, 100)).toBe(11)
    expect(head.text).toBe('a\r\n\r\n')
  })

  it.each([
    [
      ['a\r\n', 'b\r\n\r\nrest'],
      [-1, 5],
    ],
    [['a', '\r', '\n', '\r', '\n', 'x'].slice(0, 5), [-1, -1, -1, -1, 1]],
    [
      ['a\r\nb\r', '\n\r\nrest'],
      [-1, 3],
    ],
    [
      ['a\r\nb\r\n\r', '\nrest'],
      [-1, 1],
    ],
    [
      ['a\r\nb', '', '\r\n\r\n'],
      [-1, -1, 4],
    ],
  ])('takes %j in pieces and stops behind the blank line', (pieces, results) => {
    const taken = take(pieces)
    expect(taken.results).toEqual(results)
    expect(taken.head.text).toBe(pieces.join('').replace('rest', ''))
  })

  it('shows the same head as bytes', () => {
    for (const pieces of [['xa\xff\r\n\r\ny'], ['xa\xff\r', '\n\r\ny']]) {
      const { head } = take(pieces)
      const bytes = head.source.subarray(head.start, head.start + head.length)
      expect(bytes.toString('latin1')).toBe(head.text)
    }
  })

  it.each([
    [['aaaa\r\n\r\n'], 8, 8],
    [['aaaa', '\r\n\r\n'], 8, 4],
    [['aaaaa\r\n\r\n'], 8, -2],
    [['aaaa', 'a\r\n\r\n'], 8, -2],
    [['aaaaaaaaa'], 8, -2],
    [['aaaaaaaa'], 8, -1],
    [['aaaaaaaa', 'a'], 8, -2],
  ])('%j under a limit of %i ends in %i', (pieces, max, last) => {
    expect(take(pieces, max).results.at(-1)).toBe(last)
  })

  it.each([[['ab\r\nccccccccc']], [['ab', '\r\nc', 'ccccccccccc']]])(
    'past the limit, %j tells how long the start line is',
    pieces => {
      const { head } = take(pieces, 8)
      expect(head.startLineLength).toBe(3)
    },
  )

  it('past the limit without a line end, the start line is longer than the limit', () => {
    expect(take(['aaaaaa', 'aaaaaaaaaaaaa'], 8).head.startLineLength).toBe(9)
  })

  it('is empty after `clear`, and usable again', () => {
    const { head } = take(['a\r\n'])
    expect(head.pending).toBe(3)
    head.clear()
    expect(head.pending).toBe(0)
    expect(head.take(latin1('b\r\n\r\n'), 0, 100)).toBe(5)
    expect(head.text).toBe('b\r\n\r\n')
    head.clear()
    expect(head.text).toBe('')
  })

  it.each([
    ['GET / HTTP/1.1\r\nA: b', false],
    ['GET / HTTP/1.1\r', false],
    ['G', false],
    ['\r', true],
    ['\0', true],
    [' GET', true],
    ['\x16\x03', true],
    ['GET\0', true],
    ['GET\n', true],
    ['GET\r\rx', true],
    ['GET\r\n\n', true],
    ['GET\rx', true],
  ])('%j is hopeless: %s, however it comes', (text, isHopeless) => {
    expect(take([text]).head.isHopeless).toBe(isHopeless)
    const head = new HeadBytes()
    const verdicts = [...text].map(char => {
      head.take(latin1(char), 0, 100)
      return head.isHopeless
    })
    expect(verdicts.at(-1)).toBe(isHopeless)
  })

  it('keeps what it holds, and looks at all of it, when it needs more room', () => {
    const lines = Array.from({ length: 1000 }, (_, line) => `Name: ${line}\r\n`)
    const { head, results } = take([...lines, '\r\n'], 100_000)
    expect(results.at(-1)).toBe(2)
    expect(head.text).toBe(`${lines.join('')}\r\n`)
    expect(take([...lines, 'a\rb'], 100_000).head.isHopeless).toBe(true)
    expect(take(lines, 100_000).head.isHopeless).toBe(false)
  })

  it('takes 64 KiB byte by byte without reading them again and again', () => {
    const head = new HeadBytes()
    const byte = latin1('a')
    const before = performance.now()
    for (let count = 0; count < 65_536; count++) {
      head.take(byte, 0, 100_000)
      if (head.isHopeless) throw new Error('hopeless')
    }
    // Quadratic work would be 2 GB of it, seconds; this is some 20 ms on a slow machine.
    expect(performance.now() - before).toBeLessThan(1000)
    expect(head.take(latin1('\r\n\r\n'), 0, 100_000)).toBe(4)
    expect(head.text).toHaveLength(65_540)
  })
})
