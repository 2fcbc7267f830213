import { describe, expect, it } from 'vitest'
import { Attempts, neighbourhood } from '../../../src/state/attempts.ts'
import { handClock } from '../../support/clock.ts'

describe('Attempts', () => {
  it('ten wrong tokens within a minute shut an address out until the minute is over, and nobody else', () => {
    const clock = handClock()
    const attempts = new Attempts(clock)
    for (let n = 0; n < 9; n++) attempts.failed('192.0.2.1')
    expect(attempts.wait('192.0.2.1')).toBe(0)
    clock.wind(10_000)
    attempts.failed('192.0.2.1')
    expect(attempts.wait('192.0.2.1')).toBe(50_000)
    expect(attempts.wait('192.0.2.2')).toBe(0)
    clock.wind(50_000)
    expect(attempts.wait('192.0.2.1')).toBe(0)
    attempts.failed('192.0.2.1')
    expect(attempts.wait('192.0.2.1')).toBe(0)
  })

  it('remembers ten thousand addresses and forgets the oldest', () => {
    const attempts = new Attempts(handClock())
    for (let n = 0; n < 10; n++) attempts.failed('first')
    for (let n = 0; n < 9_999; n++) attempts.failed(`a${n}`)
    expect(attempts.wait('first')).toBeGreaterThan(0)
    attempts.failed('one more')
    expect(attempts.wait('first')).toBe(0)
  })

  it('takes a network of 64 bits for one address', () => {
    const one = neighbourhood('2001:db8:0:1::1')
    expect(neighbourhood('2001:db8:0:1:ffff::')).toBe(one)
    expect(neighbourhood('2001:db8:0:2::1')).not.toBe(one)
    expect(neighbourhood('::1')).toBe(neighbourhood('::2'))
    expect(neighbourhood('192.0.2.1')).toBe('192.0.2.1')
  })
})

function barred(address: string, count: number, asked = address): boolean {
  const attempts = new Attempts(handClock())
  for (let n = 0; n < count; n++) attempts.failed(address)
  return attempts.wait(asked) > 0
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
    const attempts = new Attempts(clock)
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    clock.wind(59_999)
    expect(attempts.wait('192.0.2.1') > 0).toBe(true)
    clock.wind(1)
    expect(attempts.wait('192.0.2.1') > 0).toBe(false)
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    attempts.succeeded('192.0.2.1')
    expect(attempts.wait('192.0.2.1') > 0).toBe(false)
  })

  it('remember no more than ten thousand addresses', () => {
    const attempts = new Attempts(handClock())
    for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1')
    for (let n = 0; n < 10_000; n++) attempts.failed(`10.0.${n >> 8}.${n & 255}`)
    expect(attempts.wait('192.0.2.1') > 0).toBe(false)
  })
})
