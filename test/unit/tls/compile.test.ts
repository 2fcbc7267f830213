import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Materials } from '../../../src/config/materials.ts'
import type { Certificate as Written, ListenerTls as WrittenTls } from '../../../src/config/shape.gen.ts'
import { compileCertificate, compileListenerTls } from '../../../src/tls/compile.ts'
import { NOW } from '../../support/config.ts'
import { plainCertificate } from '../../support/plain-certificate.ts'

const PARTS = join(import.meta.dirname, '../../conformance/diagnostics/parts/tls')

function materials(...names: readonly string[]): Materials {
  return { files: new Map(names.map(name => [name, readFileSync(join(PARTS, name))])), now: NOW }
}

function compiled(written: Partial<Written>, from: Materials) {
  return compileCertificate('site', { hosts: [], ...written }, from, 'h')
}

const FILES = { cert_file: 'good.pem', key_file: 'good.key' }

describe('a certificate from files', () => {
  it('is for the names inside, and says until when', () => {
    const all = materials('good.pem', 'good.key')
    const outcome = compiled(FILES, all)
    expect(outcome).toMatchObject({
      ok: true,
      diagnostics: [],
      value: {
        id: 'site',
        at: '/certificates/site',
        hash: 'h',
        hosts: ['example.com', '*.example.com'],
        names: ['example.com', '*.example.com'],
        notBefore: Date.UTC(2026, 0, 1) / 1000,
        notAfter: Date.UTC(2096, 0, 1) / 1000,
      },
    })
    const source = outcome.ok ? outcome.value.source : undefined
    expect(source).toEqual({ kind: 'files', cert: all.files.get('good.pem'), key: all.files.get('good.key') })
  })

  it('is for the hosts that are written, in one spelling', () => {
    const outcome = compiled(
      { ...FILES, hosts: ['A.Example.com.', '2001:DB8::1'] },
      materials('good.pem', 'good.key'),
    )
    expect(outcome).toMatchObject({
      value: { hosts: ['a.example.com', '2001:db8::1'], names: ['example.com', '*.example.com'] },
    })
  })

  it.each([
    ['other.key', 'good.pem', 'certificate/key', '/certificates/site/key_file'],
    ['weak.key', 'weak.pem', 'certificate/weak', '/certificates/site/cert_file'],
  ])('with %s for %s is %s', (key, cert, code, at) => {
    const outcome = compiled({ cert_file: cert, key_file: key }, materials(key, cert))
    expect(outcome).toMatchObject({ ok: false, diagnostics: [{ code, at, severity: 'error' }] })
  })

  it('whose key isn’t there is known by its names, and can’t be shown', () => {
    expect(compiled(FILES, materials('good.pem'))).toMatchObject({
      ok: true,
      value: { names: ['example.com', '*.example.com'], source: { kind: 'absent' } },
    })
  })

  it('that isn’t there may be for anybody', () => {
    expect(compiled(FILES, materials())).toMatchObject({
      ok: true,
      value: { names: undefined, source: { kind: 'absent' } },
    })
  })
})

describe('a self-signed certificate', () => {
  it.each([
    [[], ['localhost', '127.0.0.1', '::1']],
    [['a.test'], ['a.test']],
  ])('for %j is for %j', (hosts, names) => {
    expect(compiled({ hosts, self_signed: { days: 9 } }, materials())).toMatchObject({
      value: { hosts: names, names, source: { kind: 'self_signed', days: 9 }, notAfter: undefined },
    })
  })
})

describe('the TLS of a listener', () => {
  const all = new Map(['b', 'a', 'c'].map(id => [id, plainCertificate(id, [`${id}.test`])]))
  const tls = (words: Partial<WrittenTls> = {}, from: Materials = materials(), id = 'web') =>
    compileListenerTls(
      id,
      {
        min_version: '1.2',
        ciphers: '',
        client_ca_file: '',
        certificates: [],
        default_certificate: '',
        ...words,
      },
      from,
      all,
    )

  it.each<readonly [Partial<WrittenTls>, readonly string[], string]>([
    [{}, ['a', 'b', 'c'], 'a'],
    [{ certificates: ['c', 'a'] }, ['c', 'a'], 'c'],
    [{ certificates: ['c'], default_certificate: 'b' }, ['c'], 'b'],
    [{ default_certificate: 'c' }, ['a', 'b', 'c'], 'c'],
  ])('with %j has %j, and %s for who asks for nothing', (words, ids, fallback) => {
    const compiled = tls(words)
    expect(compiled?.certificates.map(({ id }) => id)).toEqual(ids)
    expect(compiled?.selection.fallback.id).toBe(fallback)
  })

  it('without a certificate there is none', () => {
    expect(compileListenerTls('web', { ...PLAIN }, materials(), new Map())).toBeUndefined()
  })

  it('speaks suites with forward secrecy and AEAD, and TLS 1.3 beside any list of older ones', () => {
    const suites = tls()?.ciphers.split(':') ?? []
    expect(suites.every(name => /^(TLS_|ECDHE-).*(GCM|POLY1305)/.test(name))).toBe(true)
    expect(tls({ ciphers: 'AES128-SHA' })?.ciphers).toMatch(/^TLS_.*:AES128-SHA$/)
    expect(tls({ ciphers: 'TLS_AES_256_GCM_SHA384:AES128-SHA' })?.ciphers).toBe(
      'TLS_AES_256_GCM_SHA384:AES128-SHA',
    )
  })

  it('trusts by its id and its authority, whatever else is edited', () => {
    const authority = { client_ca_file: 'good.pem' }
    const trust = tls(authority, materials('good.pem'))?.trust
    expect(tls({ ...authority, min_version: '1.3', certificates: ['b'] }, materials('good.pem'))?.trust).toBe(
      trust,
    )
    expect(tls()?.trust).not.toBe(trust)
    expect(tls(authority, materials('good.pem'), 'other')?.trust).not.toBe(trust)
    const changed = { files: new Map([['good.pem', readFileSync(join(PARTS, 'soon.pem'))]]), now: NOW }
    expect(tls(authority, changed)?.trust).not.toBe(trust)
  })
})

const PLAIN: WrittenTls = {
  min_version: '1.2',
  ciphers: '',
  client_ca_file: '',
  certificates: [],
  default_certificate: '',
}
