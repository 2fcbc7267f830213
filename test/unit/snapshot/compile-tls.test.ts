import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/snapshot/compile.ts'
import { plan } from '../../../src/snapshot/plan.ts'
import { planListeners } from '../../../src/snapshot/plan-listeners.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import type { Pool } from '../../../src/upstream/target.ts'
import { type ConfigWords, configured } from '../../support/config.ts'

const PARTS = join(import.meta.dirname, '../../conformance/diagnostics/parts/tls')
const part = (name: string): Uint8Array => readFileSync(join(PARTS, name))
const FILES = new Map(['good.pem', 'good.key', 'soon.pem'].map(name => [name, part(name)]))

function snapshotOf(words: ConfigWords, previous?: Snapshot, files: typeof FILES = FILES): Snapshot {
  const outcome = compile(configured(words, files), previous)
  if (!outcome.ok) throw new Error(`did not compile: ${outcome.diagnostics.map(({ message }) => message)}`)
  return outcome.value
}

const SECURE = {
  listeners: { web: { protocol: 'https', port: 443 } },
  certificates: {
    site: { cert_file: 'good.pem', key_file: 'good.key' },
    own: { self_signed: { days: 9 } },
  },
} satisfies ConfigWords

describe('an https listener', () => {
  it('has the TLS of its certificates, and one in plain text none', () => {
    const { listeners } = snapshotOf({ ...SECURE, listeners: { ...SECURE.listeners, plain: {} } })
    expect(listeners.get('web')).toMatchObject({ protocol: 'https', http2: true, proxyProtocol: 'off' })
    expect(listeners.get('web')?.tls?.certificates.map(({ id }) => id)).toEqual(['own', 'site'])
    expect(listeners.get('plain')?.tls).toBeUndefined()
  })

  it('is taken over while its certificates are, and is another with another of them', () => {
    const before = snapshotOf(SECURE)
    const same = snapshotOf(SECURE, before)
    expect(same.listeners.get('web')).toBe(before.listeners.get('web'))
    expect(same.certificates.get('site')).toBe(before.certificates.get('site'))
    expect(same.revision).toBe(before.revision)
    const words = { ...SECURE, certificates: { ...SECURE.certificates, own: { self_signed: { days: 10 } } } }
    const changed = snapshotOf(words, before)
    expect(changed.listeners.get('web')).not.toBe(before.listeners.get('web'))
    expect(changed.certificates.get('site')).toBe(before.certificates.get('site'))
    expect(changed.revision).not.toBe(before.revision)
    expect(planListeners(before, changed)).toMatchObject([{ kind: 'kept', why: 'settings changed in place' }])
  })

  it('doesn’t compile with a certificate that can’t be used', () => {
    const files = new Map([...FILES, ['good.key', part('other.key')]])
    const outcome = compile(configured(SECURE, files))
    expect(outcome).toMatchObject({ ok: false, diagnostics: [{ code: 'certificate/key' }] })
  })

  it('is warned about every time, taken over or not', () => {
    const words = { ...SECURE, certificates: { site: { cert_file: 'soon.pem', key_file: 'good.key' } } }
    const before = snapshotOf(words)
    const outcome = compile(configured(words, FILES), before)
    expect(outcome.diagnostics.map(({ code }) => code)).toEqual(['certificate/expires-soon'])
  })
})

describe('a plan', () => {
  it('says what certificates say differently', () => {
    const before = snapshotOf({
      ...SECURE,
      certificates: { ...SECURE.certificates, gone: { self_signed: { days: 1 } } },
    })
    const certificates = {
      site: { ...SECURE.certificates.site, hosts: ['example.com'] },
      own: { self_signed: { days: 10 } },
      added: { self_signed: { days: 1 } },
    }
    expect(plan(before, snapshotOf({ ...SECURE, certificates }, before)).certificates).toEqual({
      added: [{ id: 'added', why: 'new' }],
      changed: [
        { id: 'site', why: 'hosts' },
        { id: 'own', why: 'self_signed' },
      ],
      removed: [{ id: 'gone', why: 'gone' }],
      kept: 0,
    })
  })
})

describe('a listener that redirects to https', () => {
  it('answers with 308 to the same host and path', () => {
    const { listeners } = snapshotOf({ listeners: { web: { redirect_to_https: true } } })
    expect(listeners.get('web')?.redirectToHttps).toMatchObject({
      mode: 'https',
      status: 308,
      at: '/listeners/web/redirect_to_https',
      base: { port: '' },
    })
  })
})

describe('connections to an https origin', () => {
  const peerOf = (words: ConfigWords, files = FILES): Pool['legs'][number] =>
    snapshotOf(words, undefined, files).pools.get('main')?.legs[0]
  const to = (url: string, target = {}, peer = {}): ConfigWords => ({
    upstreams: { main: { peer, targets: [{ url, ...target }] } },
  })

  it.each([
    ['https://A.example.com', 'a.example.com', 443],
    ['https://a.example.com.:8443', 'a.example.com', 8443],
    ['https://192.0.2.1', undefined, 443],
    ['https://[::1]:444', undefined, 444],
    ['http://a.example.com', undefined, 80],
  ])('%s asks for %s on port %i', (url, sni, port) => {
    expect(peerOf(to(url))?.profile).toMatchObject({ origin: { port }, peer: { sni } })
  })

  it.each([
    [{ sni: 'b.test' }, {}, 'b.test'],
    [{ sni: '' }, {}, undefined],
    [{ sni: 'b.test' }, { sni: '' }, undefined],
    [{ sni: '' }, { sni: null }, 'a.test'],
  ])('with %j and %j asks for %s, under a route of its own too', (pool, own, sni) => {
    const words = to('https://a.test', { peer: own }, pool)
    const routes = { r: { forward: { upstream: 'main', peer: { read_timeout: '3s' } } } }
    const { pools, routes: compiled } = snapshotOf({ ...words, routes })
    expect(pools.get('main')?.legs[0]?.profile.peer.sni).toBe(sni)
    const action = compiled.get('r')?.action
    expect(action?.kind === 'forward' ? action.legs[0]?.profile.peer : undefined).toMatchObject({
      sni,
      readTimeout: 3000,
    })
  })

  it('are told apart by everything that is agreed on', () => {
    const variants = [
      to('https://a.test'),
      to('http://a.test'),
      to('https://a.test', { tls_skip_verify: true }),
      to('https://a.test', { peer: { verify_hostname: false } }),
      to('https://a.test', { peer: { alpn: 'h2' } }),
      to('https://a.test', { peer: { sni: '' } }),
      to('https://a.test', { peer: { ca: ['good.pem'] } }),
      to('https://a.test', { peer: { ca: ['good.pem', 'soon.pem'] } }),
    ]
    const identities = variants.map(words => peerOf(words)?.profile.identity)
    const changed = new Map([...FILES, ['good.pem', part('soon.pem')]])
    identities.push(peerOf(to('https://a.test', { peer: { ca: ['good.pem'] } }), changed)?.profile.identity)
    expect(new Set(identities).size).toBe(variants.length + 1)
  })

  it('tls_skip_verify is verify_cert: false, and says where it stands', () => {
    const leg = peerOf(to('https://a.test', { tls_skip_verify: true }))
    expect(leg?.profile.peer.verifyCert).toBe(false)
    expect(leg?.profile.setBy.verifyCert).toBe('/upstreams/main/targets/0/tls_skip_verify')
  })
})
