import { describe, expect, it } from 'vitest'
import type { ReasonCode } from '../../../src/base/reason.ts'
import {
  allows,
  conditionsFor,
  mergeRetry,
  NO_RETRY,
  pauseBefore,
  type Trouble,
  troubleOf,
} from '../../../src/upstream/retry.ts'
import { RetryBudget } from '../../../src/upstream/retry-budget.ts'

const on = (...words: readonly string[]) => mergeRetry(NO_RETRY, { attempts: 2, on: words })

describe('the rules of retries', () => {
  it('are off, and safe where only the number of attempts is written', () => {
    expect(NO_RETRY.attempts).toBe(1)
    expect(mergeRetry(NO_RETRY, {})).toBe(NO_RETRY)
    expect(mergeRetry(NO_RETRY, { attempts: 2 })).toEqual({ ...NO_RETRY, attempts: 2 })
    expect([...NO_RETRY.on]).toEqual(['connect'])
  })

  it('merge key by key, and null is the built-in default', () => {
    const pool = mergeRetry(NO_RETRY, {
      attempts: 3,
      on: ['reset', 'status:503'],
      backoff: '1s',
      budget: '50%',
    })
    expect(mergeRetry(pool, { attempts: 2, backoff: null, body_buffer: '1KiB', methods: ['GET'] })).toEqual({
      attempts: 2,
      on: new Set(['reset', 503]),
      methods: new Set(['GET']),
      bodyBuffer: 1024,
      budget: 0.5,
      backoff: 25,
    })
  })

  const everything = on('connect', 'reset', 'timeout', 'status:503')
  it.each<[Trouble, string, boolean, boolean]>([
    ['connect', 'GET', false, true],
    ['connect', 'POST', false, true],
    ['connect', 'GET', true, true],
    ['reset', 'GET', false, true],
    ['reset', 'DELETE', false, true],
    ['reset', 'POST', false, false],
    ['reset', 'PATCH', false, false],
    ['reset', 'GET', true, false],
    ['timeout', 'PUT', false, true],
    ['timeout', 'POST', false, false],
    [503, 'HEAD', false, true],
    [503, 'POST', false, false],
    [503, 'GET', true, false],
    [502, 'GET', false, false],
  ])('after %s a %s (WebSocket: %s) goes again: %s', (trouble, method, isUpgrade, goes) => {
    expect(allows(everything, trouble, method, isUpgrade)).toBe(goes)
  })

  it('are told for a method in the words of the file', () => {
    expect(conditionsFor(everything, 'GET')).toEqual(['connect', 'reset', 'timeout', 'status:503'])
    expect(conditionsFor(everything, 'POST')).toEqual(['connect'])
    expect(conditionsFor(on('reset'), 'POST')).toEqual([])
  })

  it('hold for what is written and nothing else', () => {
    const troubles: readonly Trouble[] = ['connect', 'reset', 'timeout', 503]
    for (const word of ['connect', 'reset', 'timeout', 'status:503'])
      expect(troubles.filter(trouble => allows(on(word), trouble, 'GET', false))).toHaveLength(1)
  })

  it.each<[ReasonCode, Trouble | undefined]>([
    ['connection_terminated', 'reset'],
    ['agent_disconnected', 'reset'],
    ['http_protocol_error', 'reset'],
    ['http_response_timeout', 'timeout'],
    ['connection_read_timeout', 'timeout'],
    ['connection_write_timeout', 'timeout'],
    ['http_upgrade_failed', undefined],
  ])('know %s as %s', (code, trouble) => {
    expect(troubleOf({ code, side: 'origin', detail: '' })).toBe(trouble)
  })

  it('take an origin that did nothing for one that was never reached', () => {
    const refused = {
      code: 'connection_terminated',
      side: 'origin',
      detail: '',
      isUnprocessed: true,
    } as const
    expect(troubleOf(refused)).toBe('connect')
  })

  it('wait for a random part of a time that doubles', () => {
    const retry = mergeRetry(NO_RETRY, { backoff: '100ms' })
    expect([1, 2, 3, 4].map(number => pauseBefore(retry, number, 0.5))).toEqual([50, 100, 200, 400])
    expect(pauseBefore(retry, 4, 0)).toBe(0)
    expect(pauseBefore(mergeRetry(NO_RETRY, { backoff: '0' }), 4, 0.9)).toBe(0)
  })
})

describe('a budget of retries', () => {
  /** How many are granted at once. */
  const take = (budget: RetryBudget, now: number): number => {
    let count = 0
    while (budget.withdraw(now)) count++
    return count
  }

  it('starts with a hundred, and gains ten a second', () => {
    const budget = new RetryBudget()
    expect([take(budget, 0), take(budget, 99), take(budget, 100), take(budget, 1_100)]).toEqual([
      100, 0, 1, 10,
    ])
    expect(take(budget, 1e9)).toBe(100)
  })

  it('gains a share of one with every request', () => {
    const budget = new RetryBudget()
    take(budget, 0)
    for (let n = 0; n < 100; n++) budget.deposit(0.25, 0)
    expect(take(budget, 0)).toBe(25)
    for (let n = 0; n < 10_000; n++) budget.deposit(0.25, 0)
    expect(take(budget, 0)).toBe(100)
  })

  it('bounds the attempts of an outage, whatever the traffic', () => {
    const budget = new RetryBudget()
    let retries = 0
    for (let ms = 0; ms < 60_000; ms += 2) {
      budget.deposit(0.2, ms)
      for (let n = 0; n < 4; n++) if (budget.withdraw(ms)) retries++
    }
    expect(retries).toBeLessThanOrEqual(100 + 600 + 0.2 * 30_000)
    expect(retries).toBeGreaterThan(0.9 * (100 + 600 + 0.2 * 30_000))
  })
})
