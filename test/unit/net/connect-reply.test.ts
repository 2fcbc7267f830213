import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectReply } from '../../../src/net/connect-reply.ts'

const LONGEST = 1000
const read = (text: string) => connectReply(Buffer.from(text, 'latin1'), LONGEST)

describe('an answer to CONNECT', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\n\r\n', 19],
    ['HTTP/1.0 200\r\n\r\n', 16],
    ['HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\nrest', 36],
    ['HTTP/1.1 299 Sehr sch\xF6n\r\nVia: 1.1 a\r\n\r\n\x16\x03', 39],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 71],
  ])('%j opens a tunnel after %i bytes', (text, end) => {
    expect(read(text)).toEqual({ kind: 'open', end })
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\nA: b\r\n\r\n', 'status 407'],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'status 101'],
    ['HTTP/1.1 300 a\r\n\r\n', 'status 300'],
    ['HTTP/1.1 200 OK\r\nTRANSFER-encoding: x\r\n\r\n', 'Transfer-Encoding on a tunnel'],
    ['HTTP/2 200\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.2 200 OK\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.1  200 OK\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.1 200 OK\r\nA : b\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.1 200 OK\r\nA: b\n c: d\r\n\r\n', 'no answer in HTTP/1.1'],
    ['HTTP/1.1 200 O\0K\r\n\r\n', 'no answer in HTTP/1.1'],
    ['\r\nHTTP/1.1 200 OK\r\n\r\n', 'no answer in HTTP/1.1'],
    ['x', 'no answer in HTTP/1.1'],
    [`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(LONGEST)}`, 'a head too long'],
    ['HTTP/1.1 100 a\r\n\r\n'.repeat(100), 'a head too long'],
  ])('%j is refused: %s', (text, why) => {
    expect(read(text)).toEqual({ kind: 'refused', why })
  })

  it('means the same however it is cut, and is never an exception', () => {
    const pieces = fc.constantFrom(
      'HTTP/1.1 ',
      '200 OK',
      '407',
      '100',
      '\r\n',
      '\r\n\r\n',
      'A: b',
      'Transfer-Encoding: chunked',
      '\n',
      ' ',
      '\x16',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), parts => {
        const text = parts.join('')
        const whole = read(text)
        for (let at = 0; at <= text.length; at++) {
          const part = read(text.slice(0, at))
          if (part.kind !== 'unfinished') {
            expect(part).toEqual(whole)
            return
          }
        }
        expect(whole.kind).toBe('unfinished')
      }),
    )
  })
})
