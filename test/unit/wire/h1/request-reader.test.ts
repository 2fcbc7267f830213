import { describe, expect, it } from 'vitest'
import { malformed, type Refusal } from '../../../../src/wire/h1/refusal.ts'
import { RequestReader } from '../../../../src/wire/h1/request-reader.ts'
import { DEFAULT_LIMITS, readRequests } from '../../../support/wire-log.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\n'
const LENGTH = `${HEAD}Content-Length: 4\r\n\r\n`
const CHUNKS = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`

interface Script {
  readonly head?: (reader: RequestReader) => void
  readonly data?: (reader: RequestReader) => void
}

/** A reader with the names of its calls; `script` acts inside them. */
function listen(script: Script = {}): {
  reader: RequestReader
  calls: string[]
  feed: (text: string) => number
} {
  const calls: string[] = []
  const reader: RequestReader = new RequestReader(DEFAULT_LIMITS, {
    head() {
      calls.push('head')
      script.head?.(reader)
    },
    data(piece) {
      calls.push(piece.toString('latin1'))
      script.data?.(reader)
    },
    end: () => void calls.push('end'),
    refused: (refusal: Refusal) => void calls.push(`refused ${refusal.status}`),
  })
  return { reader, calls, feed: text => reader.read(Buffer.from(text, 'latin1'), 0) }
}

describe('RequestReader, between messages', () => {
  it('is idle until the first byte of a head', () => {
    const { reader, feed } = listen()
    expect(reader.isIdle).toBe(true)
    feed('\r\n')
    expect(reader.isIdle).toBe(true)
    feed('G')
    expect([reader.isIdle, reader.isInHead]).toEqual([false, true])
  })

  it.each(['\rGET', '\nGET', '\r\n\rGET', '\r\n\r\nGET', ' GET'])(
    'refuses %j, which is not one empty line',
    text => {
      expect(readRequests([text]).refusal?.status).toBe(400)
      expect(readRequests([...text]).refusal?.status).toBe(400)
    },
  )

  it('stops at the end of a message until it is told to go on', () => {
    const { reader, calls, feed } = listen()
    const bytes = `${LENGTH}abcdGET`
    expect(feed(bytes)).toBe(bytes.length - 3)
    expect([reader.hasEnded, reader.remaining, reader.isInHead]).toEqual([true, 0, false])
    expect(feed('GET')).toBe(0)
    reader.next(DEFAULT_LIMITS)
    expect([reader.hasEnded, reader.isIdle]).toEqual([false, true])
    expect(calls).toEqual(['head', 'abcd', 'end'])
  })

  it('the next message is read under the limits given then', () => {
    const { reader, calls, feed } = listen()
    feed('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    reader.next({ ...DEFAULT_LIMITS, maxHeaders: 1, maxUrlBytes: 1 })
    feed('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(calls).toEqual(['head', 'end', 'refused 414'])
  })

  it('lets go of the head of an ended message', () => {
    const { reader, feed } = listen()
    feed('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    reader.next(DEFAULT_LIMITS)
    expect([reader.head.text, reader.line.target]).toEqual(['', ''])
  })

  it('remembers nothing of the message before', () => {
    const text = `${HEAD}Expect: 100-continue\r\nContent-Length: 1\r\n\r\nxGET http://b HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n`
    const seen = readRequests([text]).requests.map(request => [
      request.method,
      request.authority,
      request.framing,
      request.expectsContinue,
      request.isHttp10,
    ])
    expect(seen).toEqual([
      ['POST', 'a', 1, true, false],
      ['GET', 'b', 0, false, true],
      ['GET', '', 0, false, true],
    ])
  })
})

describe('RequestReader, in a body', () => {
  it('knows what is to come of a length, not of chunks', () => {
    const { reader, feed } = listen()
    feed(`${LENGTH}a`)
    expect([reader.remaining, reader.hasBody]).toEqual([3, true])
    const chunked = listen()
    chunked.feed(`${CHUNKS}5\r\nab`)
    expect([chunked.reader.remaining, chunked.reader.hasBody]).toEqual([undefined, true])
    const bodiless = listen()
    bodiless.feed('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(bodiless.reader.hasBody).toBe(false)
  })
})

describe('RequestReader, refused from outside', () => {
  const tooLarge: Refusal = { status: 413, code: 'body_too_large', detail: '' }

  it('inside `head` of a request without a body, nothing follows', () => {
    const { calls, feed } = listen({ head: reader => reader.refuse(malformed('')) })
    feed('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n')
    expect(calls).toEqual(['head', 'refused 400'])
  })

  it('inside `head` of a request with a body, nothing follows', () => {
    const { calls, feed } = listen({ head: reader => reader.refuse(malformed('')) })
    feed(`${LENGTH}abcd`)
    expect(calls).toEqual(['head', 'refused 400'])
  })

  it.each([
    ['a length', `${LENGTH}abcdGET / HTTP/1.1`],
    ['chunks', `${CHUNKS}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`],
    ['chunks that break later', `${CHUNKS}1\r\na\r\n1\r\nb\r\nbroken`],
  ])('inside `data` of %s, nothing follows', (_, text) => {
    const { reader, calls, feed } = listen({ data: reader => reader.refuse(tooLarge) })
    feed(text)
    feed('more')
    expect(calls).toEqual(['head', expect.stringMatching(/^a/), 'refused 413'])
    expect(reader.isRefused).toBe(true)
  })

  it('between two reads, nothing follows', () => {
    const { reader, calls, feed } = listen()
    feed('GET / HT')
    reader.refuse(tooLarge)
    feed('TP/1.1\r\nHost: a\r\n\r\n')
    expect(calls).toEqual(['refused 413'])
  })
})

describe('RequestReader, limits', () => {
  const limits = { maxHeaderBytes: 40, maxHeaders: 3, maxUrlBytes: 20 }
  const refused = (text: string): number | undefined => readRequests([text], limits).refusal?.status

  it('the target does not count against the size of the head', () => {
    const fields = 'Host: a\r\nA: 567\r\n\r\n'
    expect(refused(`GET / HTTP/1.1\r\n${fields}`)).toBeUndefined()
    expect(refused(`GET /2345678901234567890 HTTP/1.1\r\n${fields}`)).toBeUndefined()
    expect(refused(`GET / HTTP/1.1\r\nHost: a\r\nA: 56789012345\r\n\r\n`)).toBe(431)
    expect(refused(`GET /23456789012345678901 HTTP/1.1\r\n${fields}`)).toBe(414)
  })

  it('a head that never ends is refused once it is past both limits', () => {
    expect(refused(`GET / HTTP/1.1\r\nA: ${'b'.repeat(40)}`)).toBeUndefined()
    expect(refused(`GET / HTTP/1.1\r\nA: ${'b'.repeat(42)}`)).toBe(431)
    expect(refused(`GET /${'b'.repeat(100)}`)).toBe(414)
  })

  it('trailers are under the limits of a head', () => {
    const wide = { ...DEFAULT_LIMITS, maxHeaders: 2 }
    expect(readRequests([`${CHUNKS}0\r\nA: 1\r\nB: 2\r\n\r\n`], wide).refusal).toBeUndefined()
    expect(readRequests([`${CHUNKS}0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n`], wide).refusal?.status).toBe(431)
  })
})

describe('RequestReader, refusals', () => {
  it('names the rule and never quotes the bytes', () => {
    const secret = 'hunter2'
    for (const text of [`${secret}\0`, `GET /${secret}\x7f`, `GET / HTTP/1.1\r\n${secret} : a\r\n\r\n`]) {
      const { refusal } = readRequests([text.endsWith('\n') ? text : `${text}\r\n\r\n`])
      expect(refusal?.status).toBe(400)
      expect(refusal?.detail).not.toContain(secret)
    }
  })
})
