import { describe, expect, it } from 'vitest'
import { CHUNKED, requestFraming, responseFraming, UNTIL_CLOSE } from '../../../../src/wire/h1/framing.ts'
import { Head } from '../../../../src/wire/h1/head.ts'
import type { Refusal } from '../../../../src/wire/h1/refusal.ts'

function headOf(lines: readonly string[]): Head {
  const text = `${lines.map(line => `${line}\r\n`).join('')}\r\n`
  const head = new Head()
  expect(head.readFields(text, Buffer.from(text, 'latin1'), 0, 0, 10)).toBeUndefined()
  return head
}

const status = (framing: number | Refusal): number | string => {
  return typeof framing === 'number' ? framing : `refused ${framing.status}`
}
const request = (...lines: string[]): number | string => status(requestFraming(headOf(lines), false))
const response = (...lines: string[]): number | string => status(responseFraming(headOf(lines), false, false))

const CODING = 'Transfer-Encoding: chunked'

describe('framing', () => {
  it('without fields a request has no body, a response goes on until the connection closes', () => {
    expect(request('X: y')).toBe(0)
    expect(response('X: y')).toBe(UNTIL_CLOSE)
  })

  it.each([
    ['0', 0],
    ['5', 5],
    ['00000000000000000005', 5],
    ['9007199254740991', 9_007_199_254_740_991],
  ])('a length of %s is %i', (text, length) => {
    expect(request(`Content-Length: ${text}`)).toBe(length)
    expect(response(`Content-Length: ${text}`)).toBe(length)
  })

  it.each([
    '',
    '-1',
    '+1',
    '1 1',
    '1,1',
    '1.0',
    '0x1',
    '1e1',
    '9007199254740992',
    '000000000000000000005',
    'NaN',
    '1_0',
  ])('a length of %j is refused', text => {
    expect(request(`Content-Length: ${text}`)).toBe('refused 400')
    expect(response(`Content-Length: ${text}`)).toBe('refused 400')
  })

  it('two lengths are refused, equal or not', () => {
    expect(request('Content-Length: 1', 'content-length: 1')).toBe('refused 400')
    expect(response('Content-Length: 1', 'Content-Length: 2')).toBe('refused 400')
  })

  it.each(['chunked', 'CHUNKED', ' chunked  '])('the coding %j is chunked', coding => {
    expect(request(`Transfer-Encoding:${coding}`)).toBe(CHUNKED)
    expect(response(`Transfer-Encoding:${coding}`)).toBe(CHUNKED)
  })

  it.each([
    '',
    'gzip',
    'gzip, chunked',
    'chunked, chunked',
    'chunked,',
    'chunked;a',
    '"chunked"',
    'xchunked',
    '\xa0chunked',
  ])('the coding %j is unknown', coding => {
    expect(request(`Transfer-Encoding: ${coding}`)).toBe('refused 501')
    expect(response(`Transfer-Encoding: ${coding}`)).toBe('refused 501')
  })

  it.each(['\tchunked', 'chunked\t', ' chunked \t '])('the coding %j is refused for its tab', coding => {
    expect(request(`Transfer-Encoding:${coding}`)).toBe('refused 400')
    expect(response(`Transfer-Encoding:${coding}`)).toBe('refused 400')
  })

  it('two coding lines are unknown', () => expect(request(CODING, CODING)).toBe('refused 501'))

  it('a length beside a coding is refused, in either order', () => {
    expect(request(CODING, 'Content-Length: 0')).toBe('refused 400')
    expect(request('Content-Length: 0', CODING)).toBe('refused 400')
    expect(response('Content-Length: 0', CODING)).toBe('refused 400')
  })

  it('a coding in HTTP/1.0 is refused', () => {
    expect(status(requestFraming(headOf([CODING]), true))).toBe('refused 400')
    expect(status(responseFraming(headOf([CODING]), true, false))).toBe('refused 400')
  })

  it('a response that never has a body has none, but its fields are still checked', () => {
    expect(status(responseFraming(headOf([CODING]), false, true))).toBe(0)
    expect(status(responseFraming(headOf(['Content-Length: 5']), false, true))).toBe(0)
    expect(status(responseFraming(headOf([]), false, true))).toBe(0)
    expect(status(responseFraming(headOf(['Content-Length: x']), false, true))).toBe('refused 400')
  })
})
