import { describe, expect, it } from 'vitest'
import { ResponseReader } from '../../../../src/wire/h1/response-reader.ts'

function listen(): { reader: ResponseReader; calls: string[]; feed: (text: string) => number } {
  const calls: string[] = []
  const reader: ResponseReader = new ResponseReader({
    interim: () => void calls.push(`interim ${reader.line.status}`),
    head: () => void calls.push(`head ${reader.line.status}`),
    data: piece => void calls.push(piece.toString('latin1')),
    end: trailers => void calls.push(`end ${trailers?.count ?? 'without trailers'}`),
    upgraded: () => void calls.push('upgraded'),
    broken: refusal => void calls.push(`broken ${refusal.code}`),
  })
  return { reader, calls, feed: text => reader.read(Buffer.from(text, 'latin1'), 0) }
}

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('ResponseReader', () => {
  it('reads nothing before a response is expected', () => {
    const { calls, feed } = listen()
    expect(feed(LENGTH)).toBe(0)
    expect(calls).toEqual([])
  })

  it('is untouched until the first byte, interim responses included', () => {
    const { reader, feed } = listen()
    reader.expect('GET')
    expect([reader.isUntouched, reader.isAwaitingHead]).toEqual([true, true])
    feed('H')
    expect(reader.isUntouched).toBe(false)
    feed('TTP/1.1 103 x\r\n\r\n')
    expect([reader.isUntouched, reader.isAwaitingHead]).toEqual([false, true])
    reader.expect('GET')
    expect(reader.isUntouched).toBe(true)
  })

  it('reads one response and leaves the bytes behind it', () => {
    const { reader, calls, feed } = listen()
    reader.expect('GET')
    expect(feed(`${LENGTH}abc${LENGTH}`)).toBe(LENGTH.length + 3)
    expect(feed(LENGTH)).toBe(0)
    expect([reader.hasEnded, reader.isChunked, reader.runsUntilClose]).toEqual([true, false, false])
    expect(calls).toEqual(['head 200', 'abc', 'end without trailers'])
  })

  it('reads the next one when that is expected', () => {
    const { reader, calls, feed } = listen()
    reader.expect('HEAD')
    feed(LENGTH)
    reader.expect('GET')
    feed(`${CHUNKS}1\r\na\r\n0\r\nX: y\r\n\r\n`)
    expect(reader.isChunked).toBe(true)
    expect(calls).toEqual(['head 200', 'end without trailers', 'head 200', 'a', 'end 1'])
  })

  it.each([
    ['HEAD', 200, true],
    ['GET', 204, true],
    ['GET', 304, true],
    ['GET', 200, false],
    ['POST', 205, false],
  ])('the answer to %s with %i is bodiless: %s', (method, status, isBodiless) => {
    const { reader, feed } = listen()
    reader.expect(method)
    feed(`HTTP/1.1 ${status} x\r\nContent-Length: 3\r\n\r\n`)
    expect([reader.isBodiless, reader.hasEnded]).toEqual([isBodiless, isBodiless])
  })

  it('closing ends a body that has no other end', () => {
    const { reader, calls, feed } = listen()
    reader.expect('GET')
    feed('HTTP/1.1 200 OK\r\n\r\nabc')
    expect(reader.runsUntilClose).toBe(true)
    expect(reader.finish()).toBe(true)
    expect(calls).toEqual(['head 200', 'abc', 'end without trailers'])
  })

  it.each([
    '',
    'HTTP/1.1 200',
    `${LENGTH}ab`,
    `${CHUNKS}3\r\nabc\r\n`,
    `${CHUNKS}0\r\n`,
    'HTTP/1.1 103 x\r\n\r\n',
  ])('closing behind %j cuts the message short', text => {
    const { reader, calls, feed } = listen()
    reader.expect('GET')
    feed(text)
    expect(reader.finish()).toBe(false)
    expect(calls.filter(call => call.startsWith('end'))).toEqual([])
  })

  it('a 101 ends the reading, with the bytes behind it left', () => {
    const { calls, reader, feed } = listen()
    reader.expect('GET')
    const text = 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n'
    expect(feed(`${text}HTTP/1.1`)).toBe(text.length)
    expect(feed('more')).toBe(0)
    expect(calls).toEqual(['upgraded'])
  })

  it('nothing follows a broken response', () => {
    const { calls, reader, feed } = listen()
    reader.expect('GET')
    feed(`${CHUNKS}1\r\na\r\nbroken`)
    feed(LENGTH)
    expect(reader.finish()).toBe(false)
    expect(calls).toEqual(['head 200', 'a', 'broken bad_request'])
  })

  it('a head of more than 256 KiB or 1024 fields has its own code', () => {
    for (const fields of [`A: ${'b'.repeat(262_144)}\r\n`, 'A: b\r\n'.repeat(1025)]) {
      const { calls, reader, feed } = listen()
      reader.expect('GET')
      feed(`HTTP/1.1 200 OK\r\n${fields}\r\n`)
      expect(calls).toEqual(['broken http_response_header_section_size'])
    }
  })

  it.each([
    'HTTP/1.0 103 x\r\n\r\n',
    'HTTP/1.0 101 x\r\n\r\n',
    'HTTP/1.1 103 x\r\nContent-Length: x\r\n\r\n',
  ])('an interim response must be good: %j breaks', text => {
    const { calls, reader, feed } = listen()
    reader.expect('GET')
    feed(text)
    expect(calls).toEqual(['broken bad_request'])
  })

  it('passes 64 interim responses on and breaks at the next', () => {
    const { calls, reader, feed } = listen()
    reader.expect('GET')
    feed('HTTP/1.1 103 x\r\n\r\n'.repeat(66))
    expect(calls).toHaveLength(65)
    expect(calls.at(-1)).toBe('broken bad_request')
  })
})
