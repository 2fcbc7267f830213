import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../../src/http/answer.ts'
import { compileEdits } from '../../../../src/http/edits.ts'
import { ConnectionField } from '../../../../src/wire/h1/connection-field.ts'
import type { ResponseReader } from '../../../../src/wire/h1/response-reader.ts'
import {
  writeAnswerHead,
  writeInterimHead,
  writeSwitchingHead,
} from '../../../../src/wire/h1/write-response.ts'
import { responseOf } from '../../../support/responses.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { type ReadField, readResponse } from '../../../support/wire-log.ts'
import { delivered } from './written.ts'

describe('writeResponseHead', () => {
  it('keeps status, reason and fields as they came', () => {
    const text =
      'HTTP/1.1 404 \x80 nö\r\nSet-Cookie: a\r\nset-cookie:  b \r\nX:\r\nContent-Length: 1\r\n\r\nx'
    expect(delivered(text)).toBe(text)
  })

  it('speaks HTTP/1.1 whatever the origin speaks', () => {
    expect(delivered('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    )
  })

  it.each([
    'Connection: close\r\n',
    'Keep-Alive: timeout=5\r\n',
    'Proxy-Authenticate: Basic\r\n',
    'Upgrade: h2c\r\n',
    'Connection: X-Secret\r\nx-secret: a\r\n',
    'Connection: transfer-encoding\r\n',
  ])('drops %j', fields => {
    expect(delivered(`HTTP/1.1 200 OK\r\nA: 1\r\n${fields}Content-Length: 0\r\n\r\n`)).toBe(
      'HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 0\r\n\r\n',
    )
  })

  it('writes its own framing', () => {
    const chunks = 'HTTP/1.1 200 OK\r\nTRANSFER-encoding: Chunked\r\n\r\n1;a\r\nx\r\n00\r\nT: u\r\n\r\n'
    expect(delivered(chunks, { isChunked: true })).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: u\r\n\r\n',
    )
    expect(delivered('HTTP/1.1 200 OK\r\n\r\nxy', { isChunked: true })).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n',
    )
  })

  it('leading zeros and nominated lengths go', () => {
    expect(delivered('HTTP/1.1 200 OK\r\nContent-Length: 001\r\n\r\nx')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    )
    const nominated = 'HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 1\r\n\r\nx'
    expect(delivered(nominated, { isChunked: true })).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    )
  })

  it('204 carries no length; 304 and the answer to HEAD keep theirs', () => {
    const answer = (status: number): string => `HTTP/1.1 ${status} x\r\nContent-Length: 5\r\n\r\n`
    expect(delivered(answer(204))).toBe('HTTP/1.1 204 x\r\n\r\n')
    expect(delivered(answer(304))).toBe(answer(304))
    expect(delivered(answer(200), {}, 'HEAD')).toBe(answer(200))
  })

  it('edits drop and add, the connection line comes last', () => {
    const edits = compileEdits([{ remove: ['server'], set: [['X-New', 'n']], add: [] }])
    const text = 'HTTP/1.1 200 OK\r\nServer: x\r\nx-new: o\r\nContent-Length: 0\r\n\r\n'
    expect(delivered(text, { edits, connectionLine: 'Connection: close\r\n' })).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-New: n\r\nConnection: close\r\n\r\n',
    )
  })
})

describe('1xx', () => {
  function reading(text: string): { reader: ResponseReader; connection: ConnectionField } {
    const reader = responseOf(text)
    const connection = new ConnectionField()
    connection.read(reader.head)
    return { reader, connection }
  }

  it('an interim head passes without connection and framing fields', () => {
    const { reader, connection } = reading(
      'HTTP/1.1 103 Early\r\nLink: <a>\r\nConnection: close\r\nContent-Length: 5\r\n\r\n',
    )
    expect(writeInterimHead(reader, connection)).toBe('HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n')
  })

  it('a 101 has exactly our two upgrade lines and the other fields', () => {
    const { reader, connection } = reading(
      'HTTP/1.1 101 Sure\r\nupgrade: WebSocket\r\nconnection: upgrade, x-a\r\nX-A: 1\r\nSec-WebSocket-Accept: s\r\n\r\n',
    )
    expect(writeSwitchingHead(reader, connection, 'k')).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s\r\n\r\n',
    )
  })

  it('a 101 for the 200 of an extended CONNECT answers the key of the visitor', () => {
    const { reader, connection } = reading('HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n')
    expect(writeSwitchingHead(reader, connection, 'dGhlIHNhbXBsZSBub25jZQ==')).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: 1\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    )
  })
})

describe('writeAnswerHead', () => {
  const answer = (status: number): Answer => ({
    status,
    fields: [
      ['Content-Type', 'text/plain'],
      ['X-A', 'b'],
    ],
    body: Buffer.from('no'),
    reason: { code: 'no_route' },
  })

  it('writes fields, Date, length and connection', () => {
    expect(writeAnswerHead(answer(404), undefined, 'Date: d\r\n', 'Connection: close\r\n')).toBe(
      'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-A: b\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\n',
    )
  })

  it.each([204, 304])('%i carries no length', status => {
    expect(writeAnswerHead(answer(status), undefined, '', '')).not.toContain('Content-Length')
  })

  it('edits may take Date away', () => {
    const edits = compileEdits([{ remove: ['date'], set: [['x-a', 'c']], add: [] }])
    expect(writeAnswerHead(answer(200), edits, 'Date: d\r\n', '')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nx-a: c\r\nContent-Length: 2\r\n\r\n',
    )
  })
})

const NEVER_PASSED = new Set(['upgrade', 'te', 'keep-alive', 'proxy-authorization', 'transfer-encoding'])

describe('what we write', () => {
  it('reads back as the response that came, with our framing', () => {
    fc.assert(
      fc.property(wire.response, made => {
        const isChunked = made.body.kind !== 'length'
        const written = delivered(wire.writeResponse(made), { isChunked })
        const { response, refusal } = readResponse('GET', [written], false)
        expect(refusal).toBeUndefined()
        const kept: readonly ReadField[] = wire
          .asRead(wire.responseFields(made))
          .filter(([name]) => !NEVER_PASSED.has(name.toLowerCase()))
        const coding: readonly ReadField[] = isChunked ? [['Transfer-Encoding', 'chunked']] : []
        expect(response).toMatchObject({
          status: made.status,
          reason: made.reason,
          fields: [...kept, ...coding],
          body: wire.dataOf(made.body),
          trailers: wire.trailersOf(made.body),
          end: written.length,
        })
      }),
      { numRuns: 500 },
    )
  })
})
