import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockingLookup, openLookup } from '../../../src/net/lookup.ts'
import { type DnsServer, startDnsServer } from '../../support/dns-server.ts'

const HOSTS_FILE = new URL('./lookup.hosts', import.meta.url).pathname

describe('a lookup', () => {
  let server: DnsServer
  beforeAll(async () => {
    server = await startDnsServer({
      'both.test': { a: ['10.0.0.1', '10.0.0.2'], aaaa: ['fd00::1'], ttl: 7 },
      'four.test': { a: ['10.0.0.3'], ttl: 0 },
      'six.test': { aaaa: ['fd00::2'] },
      'none.test': {},
      'listed.test': { a: ['10.9.9.9'] },
    })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const systemAsked: string[] = []
  const find = (name: string) =>
    openLookup({
      hostsFile: HOSTS_FILE,
      servers: [server.address],
      system: async asked => {
        systemAsked.push(asked)
        return { code: 'ENOTFOUND' }
      },
    })(name)
  const addresses = async (name: string): Promise<unknown> => {
    const found = await find(name)
    return 'code' in found ? found.code : [found.ttl, ...found.addresses.map(({ address }) => address)]
  }

  it.each([
    ['both.test', [7_000, '10.0.0.1', '10.0.0.2', 'fd00::1']],
    ['four.test', [0, '10.0.0.3']],
    ['six.test', [60_000, 'fd00::2']],
    ['listed.test', [undefined, '10.0.0.7']],
    ['localhost', [undefined, '127.0.0.1', '::1']],
  ])('of %s', async (name, expected) => {
    systemAsked.length = 0
    expect(await addresses(name)).toEqual(expected)
    expect(systemAsked).toEqual([])
  })

  it('asks the system for what DNS does not know, and for what only search domains can', async () => {
    systemAsked.length = 0
    expect(await addresses('nowhere.test')).toBe('ENOTFOUND')
    expect(await addresses('none.test')).toBe('ENOTFOUND')
    expect(await addresses('single')).toBe('ENOTFOUND')
    expect(systemAsked).toEqual(['nowhere.test', 'none.test', 'single'])
    expect(server.asked).not.toContain('a single')
  })
})

it('the system gives what its own files say, and its word for what it does not know', async () => {
  const ask = blockingLookup()
  const all = await Promise.all([ask('127.0.0.1'), ask('127.0.0.2'), ask('::1')])
  expect(all).toEqual([
    { addresses: [{ address: '127.0.0.1', family: 4 }], ttl: undefined },
    { addresses: [{ address: '127.0.0.2', family: 4 }], ttl: undefined },
    { addresses: [{ address: '::1', family: 6 }], ttl: undefined },
  ])
})
