import { describe, expect, it } from 'vitest'
import { isAbout, parseDialTarget } from '../../../src/base/dial-target.ts'

describe('an entry of an allow-list', () => {
  it.each([
    ['media.local:8096', 'media.local', 8096, true],
    ['media.local:8096', 'MEDIA.local.', 8096, true],
    ['Media.Local.', 'media.local', 1, true],
    ['media.local:8096', 'media.local', 8097, false],
    ['media.local:*', 'media.local', 65535, true],
    ['media.local', 'other.media.local', 80, false],
    ['media.local:8000-8099', 'media.local', 8099, true],
    ['media.local:8000-8099', 'media.local', 8100, false],
    ['10.0.0.0/8', '10.255.0.1', 22, true],
    ['10.0.0.0/8', '11.0.0.1', 22, false],
    ['10.0.0.0/8:443', '10.0.0.1', 443, true],
    ['10.0.0.0/8:443', '10.0.0.1', 80, false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', 80, true],
    ['10.0.0.7:80', '10.0.0.7', 80, true],
    ['fd00::/8', 'fd12::1', 80, true],
    ['[fd00::/8]:80', 'fd12::1', 81, false],
    ['[::1]:80', '::1', 80, true],
    ['10.0.0.0/8', 'ten.example', 80, false],
    ['ten.example', '10.0.0.1', 80, false],
  ])('%s about %s port %i: %s', (text, host, port, expected) => {
    const entry = parseDialTarget(text)
    expect(entry && isAbout(entry, host, port)).toBe(expected)
  })

  it.each([
    '',
    ':80',
    'a:0',
    'a:65536',
    'a:9-8',
    'a:',
    'a:b',
    'http://a',
    'a/b',
    '*',
    '*.a',
    '10.0.0.0/33',
    '300.1.1.1',
    '1.2.3',
    '[a]:80',
    '[::1',
    'a b',
    '[]:80',
  ])('%j is none', text => expect(parseDialTarget(text)).toBeUndefined())
})
