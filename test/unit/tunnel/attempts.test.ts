import { describe, expect, it } from 'vitest'
import { openAttempts } from '../../../src/tunnel/attempts.ts'
import { handClock } from '../../support/clock.ts'

function barred(address: string, count: number, asked = address): boolean {
  const attempts = openAttempts(handClock())
  for (let n = 0; n < count; n++) attempts.failed(address)
  return attempts.isBarred(asked)
}

describe('failed attempts', () => {
  it('bar an address after the tenth', () => {
    expect(barred('192.0.2.1', 9)).toBe(false)
    expect(barred('192.0.2.1', 10)).toBe(true)
    expect(barred('192.0.2.1', 10, '192.0.2.2')).toBe(false)
  })

  it('count a network of IPv6 as one', () => {
    expect(barred('2001:db8:1:2::1', 10, '2001:db8:1:2:ffff::9')).toBe(true)
    expect(barred('2001:db8:1:2::1', 10, '2001:db8:1:3::1')).toBe(false)
    expect(barred('::1', 10, '::2')).toBe(true)
    expect(barred('::ffff:192.0.2.1', 10, '::ffff:192.0.2.2')).toBe(false)
    expect(barred('::ffff:192.0.2.1', 10, '192.0.2.1')).toBe(true)
  })

  it('are forgotten after a minute, and by a success', () => {
    const clock = handClock()
    const attempts = openAttempts(clock)
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    clock.wind(59_999)
    expect(attempts.isBarred('192.0.2.1')).toBe(true)
    clock.wind(1)
    expect(attempts.isBarred('192.0.2.1')).toBe(false)
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    attempts.succeeded('192.0.2.1')
    expect(attempts.isBarred('192.0.2.1')).toBe(false)
  })

  it('remember no more than ten thousand addresses', () => {
    const attempts = openAttempts(handClock())
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    for (let n = 0; n < 10_000; n++) attempts.failed(`10.0.${n >> 8}.${n & 255}`)
    expect(attempts.isBarred('192.0.2.1')).toBe(false)
  })
})
