import { describe, expect, it } from 'vitest'
import { StatusLine } from '../../../../src/wire/h1/status-line.ts'

describe('StatusLine', () => {
  it.each([
    ['HTTP/1.1 200 OK', 200, 'OK', false],
    ['HTTP/1.0 404 Not Found', 404, 'Not Found', true],
    ['HTTP/1.1 100 ', 100, '', false],
    ['HTTP/1.1 599', 599, '', false],
    ['HTTP/1.1 200 \x80\t(x)', 200, '\x80\t(x)', false],
    ['HTTP/1.1 200  two', 200, ' two', false],
  ])('%j is %i %j', (text, status, reason, isHttp10) => {
    const line = new StatusLine()
    expect(line.read(`${text}\r\nA: b\r\n\r\n`)).toBeUndefined()
    expect([line.status, line.reason, line.isHttp10, line.end]).toEqual([
      status,
      reason,
      isHttp10,
      text.length + 2,
    ])
  })

  it.each([
    '',
    'HTTP/1.1',
    'HTTP/1.1 ',
    'HTTP/1.1 20',
    'HTTP/1.1 20x',
    'HTTP/1.1 2000',
    'HTTP/1.1 099 x',
    'HTTP/1.1 600 x',
    'HTTP/1.1  200 OK',
    'HTTP/1.1\t200 OK',
    'HTTP/1.1 200\tOK',
    'HTTP/1.1 200OK',
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1 200 OK\r',
    'HTTP/1.1 200 O\nK',
    'HTTP/1.2 200 OK',
    'HTTP/2 200',
    'http/1.1 200 OK',
    ' HTTP/1.1 200 OK',
    'ICY 200 OK',
  ])('%j is refused', text => expect(new StatusLine().read(`${text}\r\n\r\n`)?.status).toBe(400))
})
