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
})
