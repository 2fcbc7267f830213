import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { acceptOf, isWebSocketKey } from '../../../src/http/websocket.ts'

describe('Sec-WebSocket-Accept', () => {
  it('answers the key of RFC 6455 1.3 as it says', () => {
    expect(acceptOf('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  })
})

describe('Sec-WebSocket-Key', () => {
  it('is any 16 bytes in base64', () => {
    for (let n = 0; n < 100; n++) expect(isWebSocketKey(randomBytes(16).toString('base64'))).toBe(true)
  })

  it.each([
    '',
    'short',
    randomBytes(15).toString('base64'),
    randomBytes(17).toString('base64'),
    ' dGhlIHNhbXBsZSBub25jZQ==',
    'dGhlIHNhbXBsZSBub25jZQ==\n',
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25j-Q==',
  ])('is not %j', text => expect(isWebSocketKey(text)).toBe(false))
})
