import { describe, expect, it } from 'vitest'
import { formatAddress } from '../../../src/base/address.ts'
import { addressSet, parseCidr } from '../../../src/base/cidr.ts'

describe('addresses as words', () => {
  it.each([
    [{ kind: 'tcp', host: '', port: 80 }, '*:80'],
    [{ kind: 'tcp', host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
    [{ kind: 'tcp', host: '::1', port: 80 }, '[::1]:80'],
    [{ kind: 'unix', path: '/run/a.sock' }, 'unix:/run/a.sock'],
  ] as const)('%o is %s', (address, word) => {
    expect(formatAddress(address)).toBe(word)
  })
})

describe('ranges', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    ['10.1.2.3', { address: '10.1.2.3', prefix: 32, family: 'ipv4' }],
    ['2001:db8::/32', { address: '2001:db8::', prefix: 32, family: 'ipv6' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
  ])('%s', (text, cidr) => {
    expect(parseCidr(text)).toEqual(cidr)
  })

  it.each(['', '10.0.0.0/33', '10.0.0/8', '::/129', 'localhost', '10.0.0.0/', '10.0.0.0/8/8', '300.0.0.1'])(
    '%s is none',
    text => {
      expect(parseCidr(text)).toBeUndefined()
    },
  )

  it('holds what is inside, in either family, and IPv4 written as IPv6', () => {
    const set = addressSet(['10.0.0.0/8', '2001:db8::/32'])
    expect(['10.255.0.1', '2001:db8::5', '::ffff:10.0.0.1'].every(set.has)).toBe(true)
    expect(['11.0.0.1', '2001:db9::5', 'nonsense', ''].some(set.has)).toBe(false)
  })

  it('takes peers on unix sockets only by their word', () => {
    expect(addressSet(['unix']).has('')).toBe(true)
    expect(addressSet(['0.0.0.0/0']).has('')).toBe(false)
    expect(addressSet([]).isEmpty).toBe(true)
  })
})
