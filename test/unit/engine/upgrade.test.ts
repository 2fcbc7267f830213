import { describe, expect, it } from 'vitest'
import { readUpgrade } from '../../../src/engine/upgrade.ts'
import { DENY_UPGRADES, PRESERVE, STANDARD } from '../../../src/http/request-policy.ts'
import { fakeSide } from '../../support/fake-side.ts'

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const PROPER = [
  'Host: a',
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  KEY,
  'Sec-WebSocket-Version: 13',
]

function without(start: string, ...instead: string[]): string[] {
  return [...PROPER.filter(line => !line.startsWith(start)), ...instead]
}

function read(lines: readonly string[], requestLine = 'GET /ws HTTP/1.1', policy = STANDARD): unknown {
  const upgrade = readUpgrade(fakeSide([requestLine, ...lines]), policy)
  return typeof upgrade === 'object' ? upgrade.status : upgrade
}

describe('a WebSocket handshake', () => {
  it.each([
    ['as RFC 6455 asks for it', PROPER],
    ['with another case of the word', without('Upgrade', 'Upgrade: WebSocket')],
  ])('goes on %s', (_, lines) => expect(read(lines)).toBe('websocket'))

  it.each([
    ['without Connection: Upgrade', without('Connection')],
    ['without a key', without('Sec-WebSocket-Key')],
    ['with a key that is none', without('Sec-WebSocket-Key', 'Sec-WebSocket-Key: short')],
    ['without a version', without('Sec-WebSocket-Version')],
    ['to h2c', without('Upgrade', 'Upgrade: h2c')],
    ['to one of several protocols', without('Upgrade', 'Upgrade: websocket, h2c')],
    ['to two protocols on two lines', [...PROPER, 'Upgrade: h2c']],
  ])('is a plain request %s', (_, lines) => expect(read(lines)).toBeUndefined())

  it('is a plain request with another method or in HTTP/1.0', () => {
    expect(read(PROPER, 'POST /ws HTTP/1.1')).toBeUndefined()
    expect(read(PROPER, 'GET /ws HTTP/1.0')).toBeUndefined()
  })

  it('is refused with 426 in another version', () => {
    expect(read(without('Sec-WebSocket-Version', 'Sec-WebSocket-Version: 8'))).toBe(426)
  })

  it('is refused with 400 when it has a body', () => {
    expect(read([...PROPER, 'Content-Length: 5'])).toBe(400)
    expect(read([...PROPER, 'Transfer-Encoding: chunked'])).toBe(400)
    expect(read([...PROPER, 'Content-Length: 0'])).toBe('websocket')
  })
})

describe('under other policies', () => {
  it.each([
    ['GET /ws HTTP/1.1', ['Upgrade: h2c, Foo/2', 'Upgrade: bar'], 'h2c, foo/2,bar'],
    ['POST /exec HTTP/1.1', ['Upgrade: tcp', 'Content-Length: 2'], 'tcp'],
    ['GET /ws HTTP/1.0', ['Upgrade: tcp'], undefined],
    ['GET /ws HTTP/1.1', ['Upgrade:'], undefined],
    ['GET /ws HTTP/1.1', [], undefined],
  ])('preserve passes %s %j on', (requestLine, lines, expected) => {
    expect(read(['Host: a', 'Connection: upgrade', ...lines], requestLine, PRESERVE)).toBe(expected)
  })

  it('preserve leaves a handshake of another version, or with a body, to the origin', () => {
    const lines = [...without('Sec-WebSocket-Version', 'Sec-WebSocket-Version: 8'), 'Content-Length: 2']
    expect(read(lines, undefined, PRESERVE)).toBe('websocket')
  })

  it('preserve asks for Connection: upgrade, as RFC 9110 7.8 does', () => {
    expect(read(['Host: a', 'Upgrade: tcp'], undefined, PRESERVE)).toBeUndefined()
  })

  it('deny lets nothing through, and refuses nothing', () => {
    expect(read(PROPER, undefined, DENY_UPGRADES)).toBeUndefined()
    expect(read([...PROPER, 'Content-Length: 5'], undefined, DENY_UPGRADES)).toBeUndefined()
  })
})
