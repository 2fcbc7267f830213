import { describe, expect, it } from 'vitest'
import * as checked from '../../../src/base/checked.ts'
import { addressSet } from '../../../src/base/cidr.ts'
import { passwordHash } from '../../../src/base/password.ts'
import { systemRandom } from '../../../src/base/random.ts'
import { tokenHash } from '../../../src/base/token.ts'
import { refuse } from '../../../src/management/admit.ts'
import type { Memory } from '../../../src/management/credentials.ts'
import type { Asked } from '../../../src/management/message.ts'
import type { Need } from '../../../src/management/pages.ts'
import { Passwords } from '../../../src/management/passwords.ts'
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
  users: [],
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

const freshMemory = (): Memory => ({
  attempts: new Attempts(handClock()),
  passwords: new Passwords(handClock()),
})

async function status(
  management: Management,
  needs: Need,
  fields: Readonly<Record<string, string>> = {},
  body = '',
  memory = freshMemory(),
): Promise<number | undefined> {
  return (await refuse(asked(fields, body), needs, management, memory))?.status
}

describe('somebody on this machine', () => {
  it('reads without a token, unless a proxy passes it on', async () => {
    expect(await status(LOCAL, 'read')).toBeUndefined()
    for (const field of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect(await status(LOCAL, 'read', { [field]: 'a' })).toBe(401)
    expect(await status(LOCAL, 'read', { via: '1.1 a', ...by('r') })).toBeUndefined()
    expect(await status(LOCAL, 'nothing', { via: '1.1 a' })).toBeUndefined()
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
  ])('%s is ours', async host => {
    expect(await status(LOCAL, 'read', { host })).toBeUndefined()
  })

  it.each(['evil.test', 'localhost.evil.test', 'manage.test.evil', 'inside.test', '', '127.0.0.1.nip.io'])(
    '%s is none of ours, whatever is asked for and whoever asks',
    async host => {
      for (const needs of ['nothing', 'read', 'write', 'metrics'] as const)
        expect(await status(LOCAL, needs, { host, ...by('w') })).toBe(421)
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
  ])('with %j is from elsewhere', async fields => {
    expect(await status(LOCAL, 'read', fields)).toBe(403)
    expect(await status(LOCAL, 'write', { ...fields, ...by('w') })).toBe(403)
  })

  it('may ask from a page of ours, or from its address bar', async () => {
    expect(
      await status(LOCAL, 'read', { origin: 'http://localhost:8081', 'sec-fetch-site': 'same-origin' }),
    ).toBeUndefined()
    expect(await status(LOCAL, 'read', { 'sec-fetch-site': 'none' })).toBeUndefined()
  })

  it('sends forms, which are no JSON', async () => {
    for (const type of ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])
      expect(await status(LOCAL, 'read', { 'content-type': type }, '{}'), type).toBe(415)
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/merge-patch+json',
    ])
      expect(await status(LOCAL, 'read', { 'content-type': type }, '{}'), type).toBeUndefined()
  })
})

describe('without a token', () => {
  it('health is for everybody; on loopback reading is too, writing never', async () => {
    expect(await status(OPEN, 'nothing')).toBeUndefined()
    expect(await status(LOCAL, 'read')).toBeUndefined()
    expect(await status(LOCAL, 'metrics')).toBeUndefined()
    for (const [management, needs] of [
      [LOCAL, 'write'],
      [OPEN, 'read'],
      [OPEN, 'write'],
      [OPEN, 'metrics'],
    ] as const)
      expect(await status(management, needs)).toBe(401)
  })

  it('other ways to say who one is are none', async () => {
    for (const authorization of ['Basic dzp3', 'Bearer', 'Bearer ', 'w', 'Bearer w w'])
      expect(await status(OPEN, 'read', { authorization }), authorization).toBe(401)
  })
})

describe('a token', () => {
  it('is good for its scopes and nothing else', async () => {
    expect(await status(OPEN, 'read', by('r'))).toBeUndefined()
    expect(await status(OPEN, 'write', by('w'))).toBeUndefined()
    expect(await status(OPEN, 'metrics', by('m'))).toBeUndefined()
    for (const [needs, given] of [
      ['write', 'r'],
      ['metrics', 'r'],
      ['metrics', 'w'],
      ['read', 'm'],
    ] as const)
      expect(await status(OPEN, needs, by(given))).toBe(403)
  })

  it('that is wrong is refused even where none is needed, and guessing ends', async () => {
    const memory = freshMemory()
    for (let n = 0; n < 10; n++) expect(await status(LOCAL, 'read', by(`x${n}`), '', memory)).toBe(401)
    expect(await status(LOCAL, 'read', by('r'), '', memory)).toBe(429)
    expect(await status(LOCAL, 'read', {}, '', memory)).toBeUndefined()
  })

  it('is never repeated in an answer', async () => {
    const said = await refuse(asked(by('very-secret')), 'read', OPEN, freshMemory())
    expect(JSON.stringify(said)).not.toContain('very-secret')
  })
})

describe('a password', () => {
  const notation = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'
  const basic = (id: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
  })

  it('is good for reading and metrics, and its browser is asked for it', async () => {
    const hash = await passwordHash('correct horse', systemRandom())
    const ann = { id: 'ann', hash: checked.passwordHash(hash), notation: hash }
    const management: Management = { ...OPEN, users: [ann] }
    const memory = freshMemory()
    for (const needs of ['read', 'metrics'] as const)
      expect(await status(management, needs, basic('ann', 'correct horse'), '', memory)).toBeUndefined()
    expect(await status(management, 'write', basic('ann', 'correct horse'), '', memory)).toBe(403)
    for (const [id, password] of [
      ['ann', 'correct horses'],
      ['ann', ''],
      ['bob', 'correct horse'],
    ] as const)
      expect(await status(management, 'read', basic(id, password), '', memory)).toBe(401)
    const said = await refuse(asked({}), 'read', management, memory)
    expect(said?.fields?.['WWW-Authenticate']).toMatch(/^Basic realm="p2pstream"/)
  })

  it('is guessed ten times, whoever it is of', async () => {
    const cheap = { id: 'ann', hash: checked.passwordHash(notation), notation }
    const management: Management = { ...OPEN, users: [cheap] }
    const memory = freshMemory()
    for (let n = 0; n < 10; n++)
      expect(await status(management, 'read', basic(n % 2 === 0 ? 'ann' : 'bob', `${n}`), '', memory)).toBe(
        401,
      )
    expect(await status(management, 'read', basic('ann', 'x'), '', memory)).toBe(429)
  })

  it('is tried for two at once, and for nobody else meanwhile', async () => {
    const cheap = { id: 'ann', hash: checked.passwordHash(notation), notation }
    const management: Management = { ...OPEN, users: [cheap] }
    const memory = freshMemory()
    const all = await Promise.all(
      [1, 2, 3].map(n => status(management, 'read', basic('ann', `${n}`), '', memory)),
    )
    expect(all).toEqual([401, 401, 503])
  })
})
