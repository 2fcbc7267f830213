import { describe, expect, it } from 'vitest'
import { hostPort, parseHostPort } from '../../../src/base/host-port.ts'

describe('a host and a port', () => {
  it.each([
    ['a.test', 80],
    ['10.0.0.1', 65_535],
    ['::1', 1],
    ['fe80::1%2', 443],
  ] as const)('are read as they are written: %s %i', (host, port) => {
    expect(parseHostPort(hostPort(host, port))).toEqual({ host, port })
  })

  it.each([
    '',
    'a',
    'a:',
    ':80',
    'a:0',
    'a:65536',
    'a:123456',
    '::1:80',
    '[]:80',
    'u@a:80',
    'a/b:80',
    'a b:80',
  ])('are none in %j', text => {
    expect(parseHostPort(text)).toBeUndefined()
  })
})
