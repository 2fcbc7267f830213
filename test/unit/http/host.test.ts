import { describe, expect, it } from 'vitest'
import { bracketed, normaliseHost, portOf } from '../../../src/http/host.ts'

describe('a host', () => {
  it.each([
    ['app.example', 'app.example', undefined],
    ['app.example.', 'app.example', undefined],
    ['app.example:443', 'app.example', 443],
    ['Example.COM.:443', 'example.com', 443],
    ['[2001:DB8::1]:443', '2001:db8::1', 443],
    ['[2001:db8::1]', '2001:db8::1', undefined],
    ['10.0.0.7:8080', '10.0.0.7', 8080],
    ['app.example:', 'app.example', undefined],
    ['app.example..', 'app.example.', undefined],
    ['a_b.example', 'a_b.example', undefined],
    ['::1', '::1', undefined],
    ['__proto__', '__proto__', undefined],
    ['', '', undefined],
  ])('of %j is %j, its port %s', (authority, host, port) => {
    expect(normaliseHost(authority)).toBe(host)
    expect(portOf(authority)).toBe(port)
  })

  it('stands in brackets in a URL when it is IPv6', () => {
    expect(bracketed('2001:db8::1')).toBe('[2001:db8::1]')
    expect(bracketed('a.example')).toBe('a.example')
  })
})
