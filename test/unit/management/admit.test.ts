import { describe, expect, it } from 'vitest'
import { addressSet } from '../../../src/base/cidr.ts'
import { tokenHash } from '../../../src/base/token.ts'
import { refuse } from '../../../src/management/admit.ts'
import type { Asked } from '../../../src/management/message.ts'
import type { Need } from '../../../src/management/pages.ts'
import type { Management, Scope } from '../../../src/snapshot/management.ts'
import { Attempts } from '../../../src/state/attempts.ts'
import { handClock } from '../../support/clock.ts'

const token = (id: string, text: string, ...scopes: Scope[]) => ({
  id,
  hash: tokenHash(text),
  scopes: new Set(scopes),
})

const LOCAL: Management = {
  at: '/management',
  hash: '',
  address: { kind: 'tcp', host: '127.0.0.1', port: 8081 },
  isLocal: true,
  tls: undefined,
  hosts: ['localhost', '127.0.0.1', '::1', 'manage.test', '*.inside.test'],
  trustedProxies: addressSet([]),
  tunnel: { pingInterval: 20_000, pingTimeout: 10_000 },
  metrics: true,
  tokens: [
    token('reader', 'r', 'read'),
    token('writer', 'w', 'read', 'write'),
    token('scraper', 'm', 'metrics'),
  ],
}
const OPEN: Management = { ...LOCAL, isLocal: false }

const asked = (fields: Readonly<Record<string, string>>, body = ''): Asked => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  field: name => ({ host: 'localhost:8081', ...fields })[name],
  body: Buffer.from(body),
  peer: '192.0.2.1',
})
const by = (given: string) => ({ authorization: `Bearer ${given}` })

function status(
  management: Management,
  needs: Need,
  fields: Readonly<Record<string, string>> = {},
  body = '',
  attempts = new Attempts(handClock()),
): number | undefined {
  return refuse(asked(fields, body), needs, management, attempts)?.status
}

describe('somebody on this machine', () => {
  it('reads without a token, unless a proxy passes it on', () => {
    expect(status(LOCAL, 'read')).toBeUndefined()
    for (const field of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect(status(LOCAL, 'read', { [field]: 'a' })).toBe(401)
    expect(status(LOCAL, 'read', { via: '1.1 a', ...by('r') })).toBeUndefined()
    expect(status(LOCAL, 'nothing', { via: '1.1 a' })).toBeUndefined()
  })
})

describe('the name that is asked under', () => {
  it.each([
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1:8081',
    '[::1]:8081',
    'manage.test',
    'a.inside.test',
    '10.1.2.3',
  ])('%s is ours', host => {
    expect(status(LOCAL, 'read', { host })).toBeUndefined()
  })

  it.each(['evil.test', 'localhost.evil.test', 'manage.test.evil', 'inside.test', '', '127.0.0.1.nip.io'])(
    '%s is none of ours, whatever is asked for and whoever asks',
    host => {
      for (const needs of ['nothing', 'read', 'write', 'metrics'] as const)
        expect(status(LOCAL, needs, { host, ...by('w') })).toBe(421)
    },
  )
})

describe('a browser', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'http://evil.test' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:9999' }],
  ])('with %j is from elsewhere', fields => {
    expect(status(LOCAL, 'read', fields)).toBe(403)
    expect(status(LOCAL, 'write', { ...fields, ...by('w') })).toBe(403)
  })

  it('may ask from a page of ours, or from its address bar', () => {
    expect(
      status(LOCAL, 'read', { origin: 'http://localhost:8081', 'sec-fetch-site': 'same-origin' }),
    ).toBeUndefined()
    expect(status(LOCAL, 'read', { 'sec-fetch-site': 'none' })).toBeUndefined()
  })

  it('sends forms, which are no JSON', () => {
    for (const type of ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])
      expect(status(LOCAL, 'read', { 'content-type': type }, '{}'), type).toBe(415)
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/merge-patch+json',
    ])
      expect(status(LOCAL, 'read', { 'content-type': type }, '{}'), type).toBeUndefined()
  })
})

describe('without a token', () => {
  it('health is for everybody; on loopback reading is too, writing never', () => {
    expect(status(OPEN, 'nothing')).toBeUndefined()
    expect(status(LOCAL, 'read')).toBeUndefined()
    expect(status(LOCAL, 'metrics')).toBeUndefined()
    for (const [management, needs] of [
      [LOCAL, 'write'],
      [OPEN, 'read'],
      [OPEN, 'write'],
      [OPEN, 'metrics'],
    ] as const)
      expect(status(management, needs)).toBe(401)
  })

  it('other ways to say who one is are none', () => {
    for (const authorization of ['Basic dzp3', 'Bearer', 'Bearer ', 'w', 'Bearer w w'])
      expect(status(OPEN, 'read', { authorization }), authorization).toBe(401)
  })
})

describe('a token', () => {
  it('is good for its scopes and nothing else', () => {
    expect(status(OPEN, 'read', by('r'))).toBeUndefined()
    expect(status(OPEN, 'write', by('w'))).toBeUndefined()
    expect(status(OPEN, 'metrics', by('m'))).toBeUndefined()
    for (const [needs, given] of [
      ['write', 'r'],
      ['metrics', 'r'],
      ['metrics', 'w'],
      ['read', 'm'],
    ] as const)
      expect(status(OPEN, needs, by(given))).toBe(403)
  })

  it('that is wrong is refused even where none is needed, and guessing ends', () => {
    const attempts = new Attempts(handClock())
    for (let n = 0; n < 10; n++) expect(status(LOCAL, 'read', by(`x${n}`), '', attempts)).toBe(401)
    expect(status(LOCAL, 'read', by('r'), '', attempts)).toBe(429)
    expect(status(LOCAL, 'read', {}, '', attempts)).toBeUndefined()
  })

  it('is never repeated in an answer', () => {
    const said = refuse(asked(by('very-secret')), 'read', OPEN, new Attempts(handClock()))
    expect(JSON.stringify(said)).not.toContain('very-secret')
  })
})
