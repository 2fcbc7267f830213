import { getCiphers } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { TLS_POLICIES, tlsPolicyOf, withSharedKey } from '../../../src/upstream/tls-policy.ts'

const suites = ({ ciphers }: { readonly ciphers: string }): readonly string[] => ciphers.split(':')
const KNOWN = new Set(getCiphers().map(name => name.toUpperCase()))

describe('TLS policies', () => {
  it('name suites that OpenSSL has: it would pass over others without a word', () => {
    const all = [...Object.values(TLS_POLICIES), withSharedKey(TLS_POLICIES.modern)].flatMap(suites)
    expect(all.filter(name => !KNOWN.has(name) && name !== '@SECLEVEL=0')).toEqual([])
  })

  it('hold each other: modern, intermediate, compat', () => {
    const { modern, intermediate, compat } = TLS_POLICIES
    expect(suites(intermediate)).toEqual(expect.arrayContaining([...suites(modern)]))
    expect(suites(compat)).toEqual(expect.arrayContaining([...suites(intermediate)]))
    expect(suites(intermediate).filter(name => !/GCM|POLY1305/.test(name))).toEqual([])
    expect(suites(intermediate).join(':')).not.toMatch(/(^|:)AES|SECLEVEL/)
  })

  it.each([
    [
      { min_version: '1.2', max_version: '1.3', ciphers: '' },
      'TLSv1.2',
      'TLSv1.3',
      TLS_POLICIES.intermediate.ciphers,
    ],
    [
      { min_version: '1.3', max_version: '1.3', ciphers: 'TLS_AES_256_GCM_SHA384' },
      'TLSv1.3',
      'TLSv1.3',
      'TLS_AES_256_GCM_SHA384',
    ],
    [
      { min_version: '1.2', max_version: '1.2', ciphers: 'AES128-SHA' },
      'TLSv1.2',
      'TLSv1.2',
      `${TLS_POLICIES.modern.ciphers}:AES128-SHA`,
    ],
  ] as const)('%j', (written, minVersion, maxVersion, ciphers) => {
    expect(tlsPolicyOf(written)).toEqual({ minVersion, maxVersion, ciphers })
  })
})
