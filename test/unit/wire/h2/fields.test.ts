import { describe, expect, it } from 'vitest'
import { compileEdits } from '../../../../src/http/edits.ts'
import { ConnectionField } from '../../../../src/wire/h1/connection-field.ts'
import { Head } from '../../../../src/wire/h1/head.ts'
import {
  answerList,
  fieldsOf,
  readList,
  requestList,
  responseList,
  trailerHead,
} from '../../../../src/wire/h2/fields.ts'
import { responseOf } from '../../../support/responses.ts'
import { fieldsOf as linesOf } from '../../../support/wire-log.ts'

const EDITS = compileEdits([{ remove: ['Server'], set: [['X-New', 'n']], add: [['X-New', 'm']] }])

function response(text: string, edits = EDITS, method = 'GET'): readonly string[] {
  const reader = responseOf(text, method)
  const connection = new ConnectionField()
  connection.read(reader.head)
  return responseList(reader, connection, edits)
}

describe('an origin’s response as a list', () => {
  it('has lower-case names, our edits, and nothing about the connection', () => {
    const text =
      'HTTP/1.1 200 Fine\r\nServer: s\r\nSet-Cookie: a\r\nSET-COOKIE:  b\t\r\nx-new: o\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: a\r\nUpgrade: b\r\nProxy-Authenticate: c\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(response(text)).toEqual([
      ...[':status', '200', 'set-cookie', 'a', 'set-cookie', 'b'],
      ...['x-new', 'n', 'x-new', 'm'],
    ])
  })

  it.each([
    ['HTTP/1.1 200 x\r\nContent-Length: 007\r\n\r\n', '7'],
    ['HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n', '7'],
    ['HTTP/1.1 204 x\r\nContent-Length: 7\r\n\r\n', undefined],
  ])('%j has the length %j', (text, length) => {
    const list = response(text, undefined)
    const at = list.indexOf('content-length')
    expect(at < 0 ? undefined : list[at + 1]).toBe(length)
  })
})

describe('an answer of our own as a list', () => {
  it('has our fields and edits, and nothing about the connection', () => {
    const fields = [
      ['Content-Type', 'text/plain'],
      ['Server', 's'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Keep-Alive', 'timeout=1'],
    ] as const
    expect(answerList(426, fields, EDITS)).toEqual([
      ...[':status', '426', 'content-type', 'text/plain', 'x-new', 'n', 'x-new', 'm'],
    ])
    expect(answerList(200, [['X-A', 'b']], undefined)).toEqual([':status', '200', 'x-a', 'b'])
  })
})

describe('a list as a head', () => {
  it('skips pseudo-headers and begins where it is told', () => {
    const head = new Head()
    const list = [':status', '200', 'x-a', ' 1 ', 'x-a', '']
    expect(readList(list, head, 'HTTP/2 200\r\n', 10)).toBeUndefined()
    expect(linesOf(head)).toEqual([
      ['x-a', '1'],
      ['x-a', ''],
    ])
  })

  it.each([
    [['x-a', 'a\r\nx-b: c']],
    [['x-a', 'a\r\n']],
    [['x-a', 'a\r\n\r\n', 'x-b', 'c']],
    [['x-a', 'a\r\nx-b: c\r\n\r\n', 'x-d', 'e']],
    [['x-a', 'a\nb']],
    [['x-a', 'a\0']],
    [['x a', 'b']],
    [['', 'b']],
  ])('refuses %j', list => expect(readList(list, new Head(), '', 10)?.status).toBe(400))

  it('refuses too many', () => {
    expect(readList(['a', '', 'b', ''], new Head(), '', 2)).toBeUndefined()
    expect(readList(['a', '', 'b', ''], new Head(), '', 1)?.status).toBe(431)
  })

  it('an empty trailer section is none', () => {
    expect(trailerHead([], 10)).toBeUndefined()
    const head = trailerHead(['x-sum', '1'], 10)
    expect(head instanceof Head && linesOf(head)).toEqual([['x-sum', '1']])
  })
})

describe('a head as an object', () => {
  it('keeps every value of a name, whatever the name', () => {
    const head = new Head()
    readList(['set-cookie', 'a', '__proto__', 'b', 'Set-Cookie', 'c'], head, '', 10)
    expect(Object.entries(fieldsOf(head))).toEqual([
      ['set-cookie', ['a', 'c']],
      ['__proto__', ['b']],
    ])
  })
})

describe('a request of HTTP/1.1 as a list', () => {
  it('of a WebSocket has no key', () => {
    const pseudo = [':method', 'CONNECT', ':protocol', 'websocket']
    const text = 'Sec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n'
    expect(requestList(pseudo, text)).toEqual([...pseudo, 'sec-websocket-version', '13'])
    expect(requestList([':method', 'GET'], text)).toContain('sec-websocket-key')
  })

  it('has lower-case names and neither Host nor what is about a connection', () => {
    const text =
      'Host: a\r\nX-A: b:c\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\nProxy-Connection: a\r\nKeep-Alive: a\r\nCookie: a; b\r\n\r\n'
    expect(requestList([':method', 'GET'], text)).toEqual([':method', 'GET', 'x-a', 'b:c', 'cookie', 'a; b'])
  })
})

describe('fields for the calls that take no list', () => {
  it('have nothing about the connection, for which Node would throw', () => {
    const head = new Head()
    const list = [
      'connection',
      'close',
      'http2-settings',
      'AA',
      'keep-alive',
      'a',
      'link',
      '<a>',
      'link',
      '<b>',
    ]
    expect(readList(list, head, '', 16)).toBeUndefined()
    expect({ ...fieldsOf(head) }).toEqual({ link: ['<a>', '<b>'] })
  })
})

it('a value keeps what only looks like white space', () => {
  expect(requestList([], 'X-A:  \u00a0a\u00a0\t\r\n')).toEqual(['x-a', '\u00a0a\u00a0'])
})
