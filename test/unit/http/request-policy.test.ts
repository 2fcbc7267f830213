import { describe, expect, it } from 'vitest'
import {
  DENY_UPGRADES,
  nominationFlaw,
  PRESERVE,
  protecting,
  type RequestPolicy,
  STANDARD,
} from '../../../src/http/request-policy.ts'
import { ConnectionField } from '../../../src/wire/h1/connection-field.ts'
import { Head } from '../../../src/wire/h1/head.ts'

function flaw(values: readonly string[], policy: RequestPolicy = STANDARD): string | undefined {
  const text = `${values.map(value => `Connection: ${value}\r\n`).join('')}\r\n`
  const head = new Head()
  head.readFields(text, Buffer.from(text, 'latin1'), 0, 0, 100)
  const field = new ConnectionField()
  field.read(head)
  return nominationFlaw(field, policy)
}

const LENIENT = { ...STANDARD, rejectMalformed: false }

// The table of Pingora's own unit tests, and what is protected here beyond it.
describe('nominations', () => {
  it.each([
    ...['Host', 'X-Forwarded-For', 'x-forwarded-host', 'X-FORWARDED-PROTO'],
    ...['Forwarded', 'Via', 'Authorization', 'Cookie', 'X-Real-IP'],
    ...['X-Forwarded-Port', 'X-Forwarded-Prefix', 'X-Forwarded-Server', 'X-Forwarded-Groups'],
  ])('must not take %s away, whether malformed ones are refused or not', name => {
    const expected = 'Connection nominates a field that a visitor must not remove'
    expect(flaw(['close', `x-a, ${name}`])).toBe(expected)
    expect(flaw([name], LENIENT)).toBe(expected)
  })

  it.each([':authority', ':path', 'close, :x'])('must not name the pseudo-header %s', value => {
    expect(flaw([value])).toBe('Connection nominates a pseudo-header')
    expect(flaw([value], LENIENT)).toBe('Connection nominates a pseudo-header')
  })

  it.each([
    '"X-Forwarded-For"',
    '(X-Forwarded-For',
    'X-Forwarded-For:',
    'X -Forwarded-For',
    '@X-Forwarded-For',
    'é',
  ])('refuse %s as malformed, or pass it over', value => {
    expect(flaw([value])).toBe('a Connection option that is not a token')
    expect(flaw([value], LENIENT)).toBeUndefined()
  })

  it.each(["'X-Forwarded-For'", 'X-Forwarded-For.', '!X-Forwarded-For', 'X_Forwarded_For'])(
    'allow %s, which is another name',
    value => expect(flaw([value])).toBeUndefined(),
  )

  it('are nine at the most, options and malformed ones counted', () => {
    expect(flaw(['a,b,c,d,e', 'f,g,h,i'])).toBeUndefined()
    expect(flaw(['close, keep-alive, upgrade, a,b,c', 'd,e,f,g'])).toBe('more than 9 words in Connection')
    expect(flaw([Array(9).fill('@').join(',')], LENIENT)).toBeUndefined()
    expect(flaw([Array(10).fill('@').join(',')], LENIENT)).toBe('more than 9 words in Connection')
    expect(flaw(['a, b'], { ...STANDARD, maxNominations: 1 })).toBe('more than 1 words in Connection')
  })

  it('may name Connection itself, Content-Length and Transfer-Encoding', () => {
    expect(flaw(['Connection, Content-Length, Transfer-Encoding'])).toBeUndefined()
  })

  it('are nobody’s business where nothing is taken away', () => {
    expect(flaw(['Host, @, :path, a,b,c,d,e,f,g,h'], PRESERVE)).toBeUndefined()
    expect(flaw(['Host'], { ...STANDARD, stripNominated: false })).toBeUndefined()
  })

  it('are held to the names that a leg protects too', () => {
    const policy = protecting(DENY_UPGRADES, ['X-Tenant'])
    expect(flaw(['x-tenant'], policy)).toContain('must not remove')
    expect(flaw(['x-tenant'], DENY_UPGRADES)).toBeUndefined()
    expect(policy.upgrades).toBe('deny')
    expect(protecting(STANDARD, ['Host'])).toBe(STANDARD)
  })
})
