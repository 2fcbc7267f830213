import { expect, it } from 'vitest'
import { refuse } from '../../../src/http/refusal.ts'

it('a refusal is short plain text that shows nothing of its reason', () => {
  const answer = refuse(
    503,
    { code: 'no_target_available', at: '/upstreams/a', detail: '10.0.0.7 is down' },
    [['Retry-After', '1']],
  )
  expect(answer.fields).toEqual([
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Retry-After', '1'],
  ])
  expect(Buffer.from(answer.body).toString()).toBe('503 Service Unavailable\n')
  expect(answer.reason.detail).toBe('10.0.0.7 is down')
})
