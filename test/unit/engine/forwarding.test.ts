import { describe, expect, it } from 'vitest'
import { forwardingFields, requestIdOf } from '../../../src/engine/forwarding.ts'
import { visitorMemo } from '../../../src/engine/visitor-memo.ts'
import { fakeSide } from '../../support/fake-side.ts'
import { plainListener } from '../../support/plain-listener.ts'

const SPOOFED = [
  'GET / HTTP/1.1',
  'Host: App.Example:8080',
  'X-Forwarded-For: 6.6.6.6',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Port: 443',
  'X-Forwarded-Prefix: /evil',
  'X-Request-Id: theirs',
]

function fieldsOf(
  lines: readonly string[],
  trusted: readonly string[],
  peer = '192.0.2.9',
  removedPrefix = '',
): string[] {
  const side = fakeSide(lines, peer)
  const memo = visitorMemo(side, plainListener(trusted))
  return forwardingFields(side, memo, peer, removedPrefix)
    .joined.split('\r\n')
    .filter(line => line !== '')
}

const random = { id: () => 'ours', fraction: () => 0 }

describe('forwarding fields', () => {
  it.each([
    ['app.example', 'app.example'],
    ['app.example:443', 'app.example'],
    ['app.example:80', 'app.example:80'],
  ])('over TLS say https, and of the host %s that it is %s', (host, told) => {
    const side = fakeSide(['GET / HTTP/1.1', `Host: ${host}`], '192.0.2.9', {
      name: undefined,
      covers: () => true,
    })
    const memo = visitorMemo(side, plainListener([], { address: { kind: 'tcp', host: '', port: 8443 } }))
    expect(forwardingFields(side, memo, '192.0.2.9', '').joined.split('\r\n')).toEqual(
      expect.arrayContaining([
        `X-Forwarded-Host: ${told}`,
        'X-Forwarded-Proto: https',
        'X-Forwarded-Port: 8443',
      ]),
    )
  })

  it('tell the truth about an untrusted visitor, whatever it says of itself', () => {
    expect(fieldsOf(SPOOFED, [])).toEqual([
      'X-Forwarded-For: 192.0.2.9',
      'X-Real-IP: 192.0.2.9',
      'X-Forwarded-Host: app.example:8080',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Port: 8080',
    ])
  })

  it('keep and extend the chain of a trusted proxy', () => {
    expect(fieldsOf(SPOOFED, ['192.0.2.0/24'], '192.0.2.9', '/api')).toEqual([
      'X-Forwarded-For: 6.6.6.6, 192.0.2.9',
      'X-Real-IP: 192.0.2.9',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 443',
      'X-Forwarded-Prefix: /evil/api',
    ])
  })

  it('join several lines of a chain in their order', () => {
    const lines = [
      'GET / HTTP/1.1',
      'Host: a',
      'X-Forwarded-For: 1.1.1.1',
      'X-Forwarded-For: 2.2.2.2, 3.3.3.3',
    ]
    expect(fieldsOf(lines, ['192.0.2.9'])[0]).toBe('X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.9')
  })

  it('name the prefix that a rewrite cut off', () => {
    expect(fieldsOf(['GET / HTTP/1.1', 'Host: a'], [], '192.0.2.9', '/api')).toContain(
      'X-Forwarded-Prefix: /api',
    )
  })

  it('leave the default port out of the host, and an empty host out altogether', () => {
    expect(fieldsOf(['GET / HTTP/1.1', 'Host: a.example:80'], [])).toContain('X-Forwarded-Host: a.example')
    expect(fieldsOf(['GET / HTTP/1.0'], []).some(line => line.startsWith('X-Forwarded-Host'))).toBe(false)
  })

  it("are the visitor's own, whoever came to the same listener before", () => {
    const listener = plainListener()
    const told = (host: string, peer: string): string[] => {
      const side = fakeSide(['GET / HTTP/1.1', `Host: ${host}`], peer)
      return forwardingFields(side, visitorMemo(side, listener), peer, '').joined.split('\r\n').slice(0, 3)
    }
    const visits = [
      ['a.example', '192.0.2.1'],
      ['a.example', '192.0.2.2'],
      ['b.example', '192.0.2.2'],
      ['a.example', '192.0.2.1'],
    ] as const
    for (const [host, peer] of visits)
      expect(told(host, peer)).toEqual([
        `X-Forwarded-For: ${peer}`,
        `X-Real-IP: ${peer}`,
        `X-Forwarded-Host: ${host}`,
      ])
  })

  it('come apart into named lines, for edits that take one away', () => {
    const side = fakeSide(['GET / HTTP/1.1', 'Host: a'], '2001:db8::1')
    const { lines, joined } = visitorMemo(side, plainListener()).ours
    expect(lines.map(([name]) => name)).toEqual([
      'x-forwarded-for',
      'x-real-ip',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-forwarded-port',
    ])
    expect(lines.map(([, line]) => line).join('')).toBe(joined)
    expect(lines[0]?.[1]).toBe('X-Forwarded-For: 2001:db8::1\r\n')
  })

  it('call a peer on a unix socket unknown', () => {
    expect(fieldsOf(['GET / HTTP/1.1', 'Host: a'], [], '')[0]).toBe('X-Forwarded-For: unknown')
  })

  it('keep a request id only from a trusted proxy, and only when it is one', () => {
    const side = fakeSide(SPOOFED)
    expect(requestIdOf(side, visitorMemo(side, plainListener()), random)).toBe('ours')
    const trusted = fakeSide(SPOOFED)
    expect(requestIdOf(trusted, visitorMemo(trusted, plainListener(['192.0.2.9'])), random)).toBe('theirs')
    const odd = fakeSide(['GET / HTTP/1.1', 'Host: a', 'X-Request-Id: a b'])
    expect(requestIdOf(odd, visitorMemo(odd, plainListener(['192.0.2.9'])), random)).toBe('ours')
  })
})

describe('the memo of a connection', () => {
  it('is made once for one Host under one config', () => {
    const side = fakeSide(['GET / HTTP/1.1', 'Host: a'])
    const listener = plainListener()
    expect(visitorMemo(side, listener)).toBe(visitorMemo(side, listener))
    expect(visitorMemo(side, plainListener())).not.toBe(visitorMemo(side, listener))
  })

  it('is the one of the connection before where all is the same', () => {
    const listener = plainListener()
    const memory = { latest: undefined }
    const security = { name: undefined, covers: () => true }
    const memoOf = (host: string, peer: string, secure?: typeof security, of = listener) =>
      visitorMemo(fakeSide(['GET / HTTP/1.1', `Host: ${host}`], peer, secure), of, memory)
    const first = memoOf('a', '192.0.2.1')
    expect(memoOf('a', '192.0.2.1')).toBe(first)
    const others = [
      memoOf('a', '192.0.2.2'),
      memoOf('b', '192.0.2.2'),
      memoOf('b', '192.0.2.2', security),
      memoOf('b', '192.0.2.2', security, plainListener()),
    ]
    expect(new Set([first, ...others]).size).toBe(5)
    expect(others.map(({ peer, authority, scheme }) => [peer, authority, scheme])).toEqual([
      ['192.0.2.2', 'a', 'http'],
      ['192.0.2.2', 'b', 'http'],
      ['192.0.2.2', 'b', 'https'],
      ['192.0.2.2', 'b', 'https'],
    ])
  })
})
