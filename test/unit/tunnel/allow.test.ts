import { describe, expect, it } from 'vitest'
import { parseAllow } from '../../../src/tunnel/allow.ts'

function permits(entries: readonly string[], host: string, address: string, port = 80): boolean {
  const parsed = parseAllow(entries)
  if (!parsed.ok) throw new Error(`not an entry: ${parsed.entry}`)
  return parsed.list.permits(host, address, port)
}

describe('what an agent may dial', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['fd12::1', true],
    ['::ffff:10.0.0.1', true],
    ['8.8.8.8', false],
    ['0.0.0.0', false],
    ['169.254.169.254', false],
    ['::ffff:169.254.169.254', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['100.100.100.200', false],
    ['2001:db8::1', false],
  ])('%s by default: %s', (address, expected) => {
    expect(permits([], 'any.test', address)).toBe(expected)
  })

  it.each([
    ['db.internal', 'db.internal', '8.8.8.8', 80, true],
    ['db.internal', 'DB.internal.', '8.8.8.8', 80, true],
    ['db.internal', 'other.internal', '8.8.8.8', 80, false],
    ['db.internal:5432', 'db.internal', '8.8.8.8', 5432, true],
    ['db.internal:5432', 'db.internal', '8.8.8.8', 80, false],
    ['10.0.0.0/8:8000-8999', 'x', '10.1.1.1', 8500, true],
    ['10.0.0.0/8:8000-8999', 'x', '10.1.1.1', 9000, false],
    ['10.0.0.7', 'x', '10.0.0.7', 1, true],
    ['10.0.0.7', 'x', '10.0.0.8', 1, false],
    ['10.0.0.7:*', 'x', '10.0.0.7', 65_535, true],
    ['fd00::/8', 'x', 'fd01::1', 80, true],
    ['[fd00::/8]:443', 'x', 'fd01::1', 443, true],
    ['[fd00::/8]:443', 'x', 'fd01::1', 80, false],
    ['0.0.0.0/0', 'x', '8.8.8.8', 80, true],
    // Who opens everything hasn't named these.
    ['0.0.0.0/0', 'x', '169.254.169.254', 80, false],
    ['::/0', 'x', 'fd00:ec2::254', 80, false],
    ['169.254.169.254', 'x', '169.254.169.254', 80, true],
    ['169.254.0.0/16', 'x', '169.254.1.1', 80, true],
    ['168.0.0.0/7', 'x', '169.254.1.1', 80, false],
    // A name stands for whatever it is resolved to, but for these.
    ['metadata.internal', 'metadata.internal', '169.254.169.254', 80, false],
  ])('%s lets %s at %s port %i be dialled: %s', (entry, host, address, port, expected) => {
    expect(permits([entry], host, address, port)).toBe(expected)
  })

  it('replaces the default by what is named', () => {
    expect(permits(['10.0.0.0/8'], 'localhost', '127.0.0.1')).toBe(false)
  })

  it('takes nothing for an address that isn’t one', () => {
    expect(permits(['0.0.0.0/0', 'x'], 'x', '2130706433')).toBe(false)
    expect(permits(['0.0.0.0/0', 'x'], 'x', '')).toBe(false)
  })

  it.each([
    '',
    ':80',
    'a b',
    'host:',
    'host:0',
    'host:99999',
    'host:9-8',
    '10.0.0.0/33',
    '300.1.1.1',
    '[::1',
    'http://x',
  ])('has no entry %j', entry => {
    expect(parseAllow([entry])).toEqual({ ok: false, entry })
  })
})
