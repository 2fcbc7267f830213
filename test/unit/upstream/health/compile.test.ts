import { describe, expect, it } from 'vitest'
import { compileHealth } from '../../../../src/upstream/health/compile.ts'
import type { HealthRules } from '../../../../src/upstream/health/rules.ts'
import { readOrigin } from '../../../../src/upstream/origin.ts'

const ON = { enabled: true }
const rulesOf = (
  pool: Parameters<typeof compileHealth>[4][0]['health_check'],
  target: typeof pool = {},
  passive: Parameters<typeof compileHealth>[4][0]['passive_health'] = {},
  url = 'http://a',
): HealthRules | undefined =>
  compileHealth(
    'main',
    't',
    readOrigin(url),
    [{ remove: [], set: [['X-Key', '1']], add: [] }],
    [
      { health_check: pool, passive_health: {} },
      { health_check: target, passive_health: passive },
    ],
  )

describe('health rules', () => {
  it('are none unless something is enabled', () => {
    expect(rulesOf({})).toBeUndefined()
    expect(rulesOf({ path: '/x' }, {}, { max_failures: 3 })).toBeUndefined()
    expect(rulesOf(ON, { enabled: false })).toBeUndefined()
    expect(rulesOf(ON, { enabled: null })).toBeUndefined()
  })

  it('have the built-in defaults', () => {
    expect(rulesOf(ON)).toMatchObject({
      check: {
        method: 'GET',
        path: '/',
        host: undefined,
        interval: 10_000,
        timeout: 2_000,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        expected: [[200, 399]],
        initial: 'unknown',
      },
      passive: { maxFailures: 1, window: 30_000, cooldown: 30_000, statuses: [] },
    })
  })

  it('merge key by key from pool to target; null is the built-in default', () => {
    const check = rulesOf(
      { enabled: true, path: '/a', interval: '5s', expected_status: ['204'] },
      { path: '/b', expected_status: null, timeout: '1s' },
    )?.check
    expect(check).toMatchObject({ path: '/b', interval: 5_000, timeout: 1_000, expected: [[200, 399]] })
  })

  it.each([
    [true, undefined, true],
    [true, null, true],
    [true, false, false],
    [false, undefined, false],
    [false, true, true],
  ])('with checks %s, passive_health.enabled %s counts failures: %s', (checks, passive, counts) => {
    const words = passive === undefined ? {} : { enabled: passive }
    expect(rulesOf({ enabled: checks }, {}, words)?.passive !== undefined).toBe(counts)
  })

  it('probes carry what requests of the target do, with their own headers over it', () => {
    const check = rulesOf(ON, {
      headers: { Host: ['h.example'], 'x-key': ['2'], 'User-Agent': ['me'] },
    })?.check
    expect(check?.host).toBe('h.example')
    expect(check?.requestEdits?.lines).toBe('x-key: 2\r\nUser-Agent: me\r\n')
    expect(rulesOf(ON)?.check?.requestEdits?.lines).toBe(
      'User-Agent: p2pstream (health check)\r\nX-Key: 1\r\n',
    )
  })

  it('are the same for State while url and check mean the same', () => {
    const base = rulesOf(ON)?.identity
    expect(base).toMatch(/^health:main\/t#[0-9a-f]{32}$/)
    expect(rulesOf({ enabled: true, interval: '10000ms' })?.identity).toBe(base)
    expect(rulesOf({}, { enabled: true, expected_status: ['200-399'] })?.identity).toBe(base)
    expect(rulesOf(ON, {}, { max_failures: 5, enabled: false })?.identity).toBe(base)
    expect(rulesOf(ON, { path: '/x' })?.identity).not.toBe(base)
    expect(rulesOf(ON, { timeout: '1s' })?.identity).not.toBe(base)
    expect(rulesOf(ON, { headers: { 'X-A': ['1'] } })?.identity).not.toBe(base)
    expect(rulesOf(ON, {}, {}, 'http://b')?.identity).not.toBe(base)
    expect(rulesOf({}, {}, { enabled: true })?.identity).not.toBe(base)
  })
})
