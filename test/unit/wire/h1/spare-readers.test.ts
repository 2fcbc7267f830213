import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SpareReaders } from '../../../../src/wire/h1/spare-readers.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { cutAt, DEFAULT_LIMITS, readRequests } from '../../../support/wire-log.ts'
import { damaged, garbage } from './damage.ts'

/** What one connection sends, whole or not, good or not. */
const connection = fc
  .tuple(
    fc.array(
      fc.oneof(
        wire.request.map(wire.writeRequest),
        damaged(wire.request.map(wire.writeRequest)),
        garbage,
        // The same fields again and again, in front of which the target is another.
        fc
          .constantFrom('/', '/a', '/longer')
          .map(path => `GET ${path} HTTP/1.1\r\nHost: a.test\r\nX: 1\r\n\r\n`),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    fc.nat(400),
    wire.cuts,
  )
  .map(([texts, length, cuts]) => cutAt(texts.join('').slice(0, length), cuts))

const limits = fc.constantFrom(DEFAULT_LIMITS, { maxHeaderBytes: 120, maxHeaders: 2, maxUrlBytes: 12 })

describe('a reader that has read another connection', () => {
  it('reads what a new one reads', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(connection, limits), { minLength: 2, maxLength: 5 }), connections => {
        const readers = new SpareReaders()
        for (const [pieces, under] of connections)
          expect(readRequests(pieces, under, readers)).toEqual(readRequests(pieces, under))
      }),
      { numRuns: 1000 },
    )
  })

  it('speaks what the connection speaks, and knows no long name any more', () => {
    const readers = new SpareReaders()
    const events = { head() {}, data() {}, end() {}, refused() {} }
    const read = (
      scheme: 'http' | 'https',
      text: string,
    ): { readonly isRefused: boolean; readonly authority: string } => {
      const reader = readers.take({ maxHeaderBytes: 4096, maxHeaders: 9, maxUrlBytes: 99 }, events, scheme)
      reader.read(Buffer.from(text), 0)
      const { isRefused } = reader
      readers.giveBack(reader)
      return { isRefused, authority: reader.authority }
    }
    const absolute = 'GET https://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n'
    expect(read('http', absolute).isRefused).toBe(true)
    expect(read('https', absolute)).toEqual({ isRefused: false, authority: 'a.test' })
    expect(read('http', absolute).isRefused).toBe(true)
    expect(read('http', `GET / HTTP/1.1\r\nHost: ${'a'.repeat(300)}\r\n\r\n`).authority).toBe('')
  })

  it('compares nothing with the fields of the connection before', () => {
    const readers = new SpareReaders()
    const events = { head() {}, data() {}, end() {}, refused() {} }
    const reader = readers.take(DEFAULT_LIMITS, events, 'http')
    const text = 'GET / HTTP/1.1\r\nHost: a.test\r\nCookie: session=1\r\n\r\n'
    // Bytes that would be refused: only a section that is known isn't read.
    const unread = (): unknown => reader.head.readFields(text, Buffer.alloc(text.length), 0, 16, 9)
    for (let n = 0; n < 3; n++) {
      reader.read(Buffer.from(text), 0)
      reader.next(DEFAULT_LIMITS)
    }
    expect(unread()).toBeUndefined()
    reader.read(Buffer.from(text), 0)
    readers.giveBack(reader)
    expect(unread()).toBeDefined()
  })
})
