import { describe, expect, it } from 'vitest'
import { readUpgrade } from '../../../src/engine/upgrade.ts'
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

function read(lines: readonly string[], requestLine = 'GET /ws HTTP/1.1'): unknown {
  const upgrade = readUpgrade(fakeSide([requestLine, ...lines]))
  return typeof upgrade === 'string' ? upgrade : upgrade.status
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
  ])('is a plain request %s', (_, lines) => expect(read(lines)).toBe('plain'))

  it('is a plain request with another method or in HTTP/1.0', () => {
    expect(read(PROPER, 'POST /ws HTTP/1.1')).toBe('plain')
    expect(read(PROPER, 'GET /ws HTTP/1.0')).toBe('plain')
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
