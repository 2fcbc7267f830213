import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownAddresses, readHosts } from '../../../src/net/hosts-file.ts'

const HOSTS = `
127.0.0.1	localhost box
::1 localhost ip6-localhost
# 10.0.0.9 commented
10.0.0.1  App.Example  app # the app
10.0.0.2 app
not-an-address app
10.0.0.1 app
fe80::1%lo0 zone
`

describe('the hosts file', () => {
  it.each([
    ['localhost', '127.0.0.1 ::1'],
    ['app', '10.0.0.1 10.0.0.2'],
    ['app.example', '10.0.0.1'],
    ['commented', ''],
    ['the', ''],
    ['10.0.0.1', ''],
  ])('says that %s is at "%s"', (name, expected) => {
    expect(
      readHosts(HOSTS, name)
        .map(({ address }) => address)
        .join(' '),
    ).toBe(expected)
  })

  it('is read anew each time, and knows localhost even when it is missing', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hosts-'))
    const path = join(dir, 'hosts')
    try {
      expect(await ownAddresses('a.localhost.', path)).toEqual([
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ])
      expect(await ownAddresses('app', path)).toEqual([])
      writeFileSync(path, HOSTS)
      expect(await ownAddresses('app.example.', path)).toEqual([{ address: '10.0.0.1', family: 4 }])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
