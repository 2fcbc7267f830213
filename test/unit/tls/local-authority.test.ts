import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AUTHORITY_FILE, LocalAuthority } from '../../../src/tls/local-authority.ts'

const NOW = Date.UTC(2026, 10, 25)
const DAY = 86_400_000

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-authority-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const parts = (
  folder: string,
  now = NOW,
  notKept = (_: string, error: unknown): void => {
    throw error
  },
) => ({ folder, now, notKept })

function chain(cert: string): readonly [leaf: X509Certificate, authority: X509Certificate] {
  const [leaf = '', authority = ''] = cert.split(/(?<=-----END CERTIFICATE-----\n)/)
  return [new X509Certificate(leaf), new X509Certificate(authority)]
}

describe('LocalAuthority', () => {
  it('signs a certificate for the names, that may not sign itself, and keeps all in files of our own', async () => {
    const folder = stateFolder()
    const { cert } = await new LocalAuthority().at(['localhost', '127.0.0.1'], parts(folder))
    const [leaf, authority] = chain(cert)
    expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true)
    expect([leaf.ca, authority.ca]).toEqual([false, true])
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    for (const name of [AUTHORITY_FILE, 'management/ca.key', 'management/server.pem'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    expect(new X509Certificate(readFileSync(join(folder, AUTHORITY_FILE))).raw).toEqual(authority.raw)
  })

  it('shows the same in a later process, another one for other names, by the same authority', async () => {
    const folder = stateFolder()
    const first = await new LocalAuthority().at(['localhost'], parts(folder))
    const later = new LocalAuthority()
    expect(await later.at(['localhost'], parts(folder, NOW + DAY))).toEqual(first)
    const other = await later.at(['localhost', 'manage.test'], parts(folder))
    expect(other.cert).not.toBe(first.cert)
    expect(chain(other.cert)[1].raw).toEqual(chain(first.cert)[1].raw)
  })

  it('makes a new certificate when a third of its life is left, and a new authority long before its end', async () => {
    const folder = stateFolder()
    const authority = new LocalAuthority()
    const first = await authority.at(['localhost'], parts(folder))
    expect(await authority.at(['localhost'], parts(folder, NOW + 240 * DAY))).toEqual(first)
    const second = await authority.at(['localhost'], parts(folder, NOW + 250 * DAY))
    expect(second.notAfter).toBeGreaterThan(first.notAfter)
    expect(chain(second.cert)[1].raw).toEqual(chain(first.cert)[1].raw)
    const third = await authority.at(['localhost'], parts(folder, NOW + 2500 * DAY))
    expect(chain(third.cert)[1].raw).not.toEqual(chain(first.cert)[1].raw)
  })

  it('lives in memory where nothing can be kept, and says so', async () => {
    const told: string[] = []
    const authority = new LocalAuthority()
    const nowhere = parts('/dev/null', NOW, name => told.push(name))
    const first = await authority.at(['localhost'], nowhere)
    expect(await authority.at(['localhost'], nowhere)).toEqual(first)
    expect(told).toEqual([AUTHORITY_FILE, 'management/server.pem'])
  })
})
