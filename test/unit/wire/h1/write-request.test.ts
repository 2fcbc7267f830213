import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileEdits } from '../../../../src/http/edits.ts'
import { CHUNKED } from '../../../../src/wire/h1/framing.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { type ReadField, readRequests } from '../../../support/wire-log.ts'
import { forwarded } from './written.ts'

const OURS = 'X-Forwarded-For: 192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nX-Request-Id: 1\r\n'

/** The lines of a forwarded GET, without its start line, Host and what we add. */
function kept(fields: string): string {
  const text = forwarded(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)
  expect(text.startsWith('GET /t?u HTTP/1.1\r\nHost: origin:81\r\n')).toBe(true)
  expect(text.endsWith(`${OURS}\r\n`)).toBe(true)
  return text.slice('GET /t?u HTTP/1.1\r\nHost: origin:81\r\n'.length, -`${OURS}\r\n`.length)
}

describe('writeRequestHead', () => {
  it('keeps names, values, order, repeats and white space as they came', () => {
    const fields = 'X-b:  1 \r\nx-B:\t2\r\nAccept:\r\nCookie: a=b\r\n'
    expect(kept(fields)).toBe(fields)
  })

  it.each([
    'Connection: keep-alive\r\n',
    'Keep-Alive: timeout=5\r\n',
    'Proxy-Connection: keep-alive\r\n',
    'Proxy-Authorization: Basic x\r\n',
    'TE: gzip\r\n',
    'Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\nConnection: Upgrade, HTTP2-Settings\r\n',
    'Upgrade: websocket\r\n',
    'HTTP2-Settings: AAAA\r\n',
    'Proxy: http://evil/\r\n',
    'Forwarded: for=1.2.3.4\r\n',
    'X-Forwarded-For: 1.2.3.4\r\nx-forwarded-host: b\r\nX-FORWARDED-PROTO: c\r\n',
    'X-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /a\r\nX-Real-Ip: 1.2.3.4\r\n',
    'X-Request-ID: 7\r\n',
    'X_Forwarded_For: 1.2.3.4\r\nx_forwarded-host: b\r\nX_REAL_IP: 1.2.3.4\r\nX_Request_Id: 7\r\n',
    'Content_Length: 7\r\nTransfer_Encoding: chunked\r\nKeep_Alive: 1\r\n',
    'Connection: X-Secret\r\nx-secret: a\r\nX-SECRET: b\r\n',
    'Expect: 100-continue\r\n',
  ])('drops %j', fields => expect(kept(`A: 1\r\n${fields}B: 2\r\n`)).toBe('A: 1\r\nB: 2\r\n'))

  it('keeps the wish for trailers and nothing else of TE', () => {
    expect(kept('TE: gzip, Trailers;q=1\r\n')).toBe('')
    expect(kept('te: gzip , TRAILERS\r\n')).toBe('TE: trailers\r\n')
  })

  it('passes an expectation on when there is a body', () => {
    const text = forwarded('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx')
    expect(text).toContain('Expect: 100-continue\r\nContent-Length: 1\r\n')
  })

  it('gives HTTP/1.0 without Host one, and speaks HTTP/1.1', () => {
    const text = forwarded('GET / HTTP/1.0\r\n\r\n')
    expect(text).toBe(`GET /t?u HTTP/1.1\r\nHost: origin:81\r\n${OURS}\r\n`)
  })

  it.each([
    ['a length stays', 'Content-Length: 2\r\n', 'xy', 'Content-Length: 2\r\n', 'xy'],
    ['leading zeros go', 'Content-Length: 002\r\n', 'xy', 'Content-Length: 2\r\n', 'xy'],
    ['a length of 0 stays', 'Content-Length: 0\r\n', '', 'Content-Length: 0\r\n', ''],
    [
      'a nominated length becomes chunks',
      'Connection: Content-Length\r\nContent-Length: 2\r\n',
      'xy',
      'Transfer-Encoding: chunked\r\n',
      '2\r\nxy\r\n0\r\n\r\n',
    ],
    [
      'a nominated length of 0 becomes nothing',
      'Connection: content-length\r\nContent-Length: 0\r\n',
      '',
      '',
      '',
    ],
    [
      'chunks stay chunks',
      'tRANSFER-eNCODING: CHUNKED\r\n',
      '2;x\r\nxy\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\n',
      '2\r\nxy\r\n0\r\n\r\n',
    ],
    [
      'a nominated coding stays chunked',
      'Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
      'Transfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
  ])('%s', (_, fields, body, framing, written) => {
    for (const method of ['POST', 'DELETE', 'OPTIONS', 'GET']) {
      const text = forwarded(`${method} / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`)
      expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(written)
      expect(text.replace(OURS, '')).toBe(
        `${method} /t?u HTTP/1.1\r\nHost: origin:81\r\n${framing}\r\n${written}`,
      )
    }
  })

  it('a WebSocket handshake goes on as exactly that', () => {
    const fields = 'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket, h2c\r\nSec-WebSocket-Key: k\r\n'
    expect(forwarded(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`, { upgrade: 'websocket' })).toBe(
      `GET /t?u HTTP/1.1\r\nHost: origin:81\r\nSec-WebSocket-Key: k\r\n${OURS}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
  })

  it('says so when the connection is not to be used again', () => {
    expect(forwarded('GET / HTTP/1.0\r\n\r\n', { close: true })).toContain('\r\nConnection: close\r\n\r\n')
  })

  it('edits drop the look-alikes of a name too', () => {
    const edits = compileEdits([{ remove: [], set: [['X-User', 'us']], add: [] }])
    const fields = 'X_User: evil\r\nx_USER: evil\r\nX__User: a\r\nX_Used: b\r\n'
    const text = forwarded(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`, { edits })
    expect(text).not.toContain('evil')
    expect(text).toContain('\r\nX__User: a\r\nX_Used: b\r\n')
    expect(text).toContain('\r\nX-User: us\r\n')
  })

  it('edits drop and add, ours included', () => {
    const edits = compileEdits([
      { remove: ['x-real-ip', 'X-Gone'], set: [['X-Request-ID', 'z']], add: [['X-New', 'n']] },
    ])
    const text = forwarded('GET / HTTP/1.1\r\nHost: a\r\nx-gone: 1\r\nX-Stays: 2\r\n\r\n', { edits })
    expect(text).toBe(
      'GET /t?u HTTP/1.1\r\nHost: origin:81\r\nX-Stays: 2\r\nX-Forwarded-For: 192.0.2.1\r\nX-Request-ID: z\r\nX-New: n\r\n\r\n',
    )
  })
})

const NEVER_PASSED = new Set([
  'upgrade',
  'te',
  'keep-alive',
  'proxy-authorization',
  'proxy-authenticate',
  'proxy-connection',
  'http2-settings',
  'proxy',
  'x-forwarded-for',
])

describe('what we write', () => {
  it('reads back as the request that came, with our framing and fields', () => {
    fc.assert(
      fc.property(wire.request, fc.nat(6), (made, nth) => {
        const nominated = made.fields[nth]?.name.toLowerCase() ?? 'x-nobody'
        fc.pre(!/^(?:via|cookie|x-forwarded-.*|close|upgrade)$/.test(nominated))
        const place = { name: 'Connection', value: nominated, before: '', after: '' }
        const text = wire.writeRequest({ ...made, fields: [...made.fields, place] })
        const written = forwarded(text, { target: made.target })
        const { requests, refusal, isInHead } = readRequests([written])
        expect([refusal, isInHead, requests.length]).toEqual([undefined, false, 1])
        const kept: ReadField[] = wire
          .asRead(wire.requestFields(made))
          .filter(([name]) => !NEVER_PASSED.has(name.toLowerCase()) && name.toLowerCase() !== nominated)
          .filter(([name]) => name.toLowerCase() !== 'transfer-encoding')
          .map(([name, value]) => (name === 'hOst' ? ['Host', 'origin:81'] : [name, value]))
        const ours: ReadField[] = [
          ['X-Forwarded-For', '192.0.2.1'],
          ['X-Real-IP', '192.0.2.1'],
          ['X-Request-Id', '1'],
        ]
        const coding: ReadField[] = made.body.kind === 'chunks' ? [['Transfer-Encoding', 'chunked']] : []
        expect(requests[0]).toMatchObject({
          method: made.method,
          target: made.target,
          authority: 'origin:81',
          isHttp10: false,
          framing: made.body.kind === 'chunks' ? CHUNKED : wire.dataOf(made.body).length,
          fields: [...kept, ...ours, ...coding],
          body: wire.dataOf(made.body),
          trailers: wire.trailersOf(made.body),
          end: written.length,
        })
      }),
      { numRuns: 500 },
    )
  })
})
