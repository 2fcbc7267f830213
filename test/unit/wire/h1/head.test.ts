import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Head } from '../../../../src/wire/h1/head.ts'
import { ALIAS, FIELD } from '../../../../src/wire/h1/names.ts'
import type { Refusal } from '../../../../src/wire/h1/refusal.ts'
import { fieldsOf } from '../../../support/wire-log.ts'

/** Reads lines that stand behind a start line, in a buffer that begins with other bytes. */
function read(
  lines: string,
  head: Head = new Head(),
  maxFields = 100,
): { head: Head; refusal: Refusal | undefined } {
  const text = `start\r\n${lines}\r\n`
  const bytes = Buffer.from(`other${text}behind`, 'latin1')
  const refusal = head.readFields(text, bytes, 5, 7, maxFields)
  bytes.fill(0)
  return { head, refusal }
}

describe('Head', () => {
  it('reads names as written and values without the white space around them', () => {
    const { head, refusal } = read('Host: a\r\nX-Empty:\r\nx-B:\t b  c \t\r\n_:\xff\r\n')
    expect(refusal).toBeUndefined()
    expect(fieldsOf(head)).toEqual([
      ['Host', 'a'],
      ['X-Empty', ''],
      ['x-B', 'b  c'],
      ['_', '\xff'],
    ])
  })

  it('knows where lines start and end', () => {
    const { head } = read('Host: a\r\nB: c\r\n')
    expect(head.text.slice(head.starts[0], head.end(0))).toBe('Host: a\r\n')
    expect(head.text.slice(head.starts[1], head.end(1))).toBe('B: c\r\n')
    expect(head.text.slice(head.starts[head.count])).toBe('\r\n')
  })

  it('a section without fields has none', () => {
    const { head, refusal } = read('')
    expect(refusal).toBeUndefined()
    expect(head.count).toBe(0)
  })

  it('finds known names in any letter case', () => {
    const { head } = read('X: y\r\nHOST: a\r\nhost: b\r\ncontent-Length: 3\r\n')
    expect(head.counts[FIELD.host]).toBe(2)
    expect(head.known(FIELD.host)).toBe('a')
    expect(head.allKnown(FIELD.host)).toEqual(['a', 'b'])
    expect(head.known(FIELD.contentLength)).toBe('3')
    expect(head.known(FIELD.expect)).toBeUndefined()
  })

  it('tells a look-alike of a known name from the name and from other names', () => {
    const { head } = read('Content_Length: 1\r\nx_forwarded-FOR: 2\r\nX_Custom: 3\r\nX-Forwarded-For: 4\r\n')
    expect(head.ids).toEqual([ALIAS, ALIAS, 0, FIELD.xForwardedFor])
    expect(head.counts[FIELD.contentLength]).toBe(0)
    expect(head.all('x-forwarded-for')).toEqual(['4'])
    expect(head.all('x_forwarded-for')).toEqual(['2'])
  })

  it('looks up by lower-case name, known or not', () => {
    const { head } = read('X-A: 1\r\nCookie: c\r\nx-a: 2\r\nX-AB: 3\r\n__proto__: p\r\n')
    expect(head.first('x-a')).toBe('1')
    expect(head.all('x-a')).toEqual(['1', '2'])
    expect(head.first('cookie')).toBe('c')
    expect(head.all('cookie')).toEqual(['c'])
    expect(head.first('__proto__')).toBe('p')
    expect(head.first('constructor')).toBeUndefined()
    expect(head.all('x')).toEqual([])
  })

  it('two lines are counted as two, three hundred as many', () => {
    expect(read('Host: a\r\n'.repeat(300), new Head(), 500).head.counts[FIELD.host]).toBe(255)
  })

  it('remembers nothing of the section before', () => {
    const { head } = read('Host: a\r\nExpect: b\r\nX: y\r\n')
    read('A: b\r\n', head)
    expect(fieldsOf(head)).toEqual([['A', 'b']])
    expect(head.counts[FIELD.host]).toBe(0)
    expect(head.first('expect')).toBeUndefined()
  })

  it('holds no text after `clear`', () => {
    const { head } = read('Host: a\r\n')
    head.clear()
    expect(head.text).toBe('')
    expect(head.count).toBe(0)
  })

  it.each([
    ['no colon', 'X\r\n'],
    ['no name', ': a\r\n'],
    ['a space before the name', ' X: a\r\n'],
    ['a space before the colon', 'X : a\r\n'],
    ['a folded line', 'X: a\r\n b\r\n'],
    ['a folded line with a tab', 'X: a\r\n\tb\r\n'],
    ['a bare CR', 'X: a\rb\r\n'],
    ['a bare LF', 'X: a\nb\r\n'],
    ['CR CR LF', 'X: a\r\r\n'],
    ['a NUL', 'X: \0\r\n'],
    ['a DEL', 'X: \x7f\r\n'],
    ['a byte above ASCII in a name', 'X\xe9: a\r\n'],
  ])('refuses %s', (_, lines) => {
    expect(read(lines).refusal?.status).toBe(400)
  })

  it('counts fields before it reads them', () => {
    expect(read('A: 1\r\nB: 2\r\n', new Head(), 2).refusal).toBeUndefined()
    expect(read('A: 1\r\nB: 2\r\nC\r\n', new Head(), 2).refusal?.status).toBe(431)
  })

  it('reads a section as if it were the first, whatever came before it', () => {
    const line = fc.constantFrom(
      'Host: a',
      'host: b',
      'Host:b ',
      'Content-Length: 1',
      'Content_Length: 1',
      'X: yz',
      'Y: xz',
      'no name',
      'Bad: \x01',
    )
    const section = fc.array(line, { maxLength: 4 }).map(lines => lines.map(text => `${text}\r\n`).join(''))
    const around = fc.record({
      start: fc.constantFrom('', 'GET / HTTP/1.1', 'GET /a HTTP/1.1'),
      maxFields: fc.constantFrom(2, 100, 100),
    })
    // The same again and again, as one visitor sends it, with others between.
    const sections = fc.array(
      fc
        .tuple(section, fc.array(around, { minLength: 1, maxLength: 4 }))
        .map(([lines, all]) => all.map(one => ({ ...one, lines }))),
    )
    const shown = (head: Head, refusal: Refusal | undefined) => {
      const { count, text } = head
      const known = Object.values(FIELD).map(id => [head.counts[id], head.known(id)])
      const places = [head.starts.slice(0, count + 1), head.colons.slice(0, count), head.ids.slice(0, count)]
      return refusal ?? { count, text, known, places }
    }
    fc.assert(
      fc.property(sections, many => {
        const head = new Head()
        for (const { start, lines, maxFields } of many.flat()) {
          const text = `${start}\r\n${lines}\r\n`
          const bytes = Buffer.from(text, 'latin1')
          const read = (into: Head) =>
            shown(into, into.readFields(text, bytes, 0, start.length + 2, maxFields))
          expect(read(head)).toEqual(read(new Head()))
        }
      }),
    )
  })

  it('keeps a section that came twice, unless its head is large, and no other', () => {
    const head = new Head()
    const kept = (lines: string, start = ''): boolean => {
      const text = `${start}\r\n${lines}\r\n`
      head.readFields(text, Buffer.from(text), 0, start.length + 2, 100)
      head.clear()
      return Object.values(head).some(value => typeof value === 'string' && value.length > 0)
    }
    expect([kept('A: 1\r\n'), kept('B: 23\r\n'), kept('B: 23\r\n'), kept('C: 1\r\n')]).toEqual([
      false,
      false,
      true,
      false,
    ])
    const large = 'x'.repeat(2048)
    expect([kept(`A: ${large}\r\n`), kept(`A: ${large}\r\n`)]).toEqual([false, false])
    expect([kept('A: 1\r\n', large), kept('A: 1\r\n', large)]).toEqual([false, false])
  })
})
