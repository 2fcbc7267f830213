import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startWheel, TICK } from '../../../src/net/wheel.ts'
import { handClock } from '../../support/clock.ts'

describe('the wheel', () => {
  it('fires a deadline once, not early and at most two ticks late', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    let fired = 0
    wheel.deadline(() => fired++).arm(1_000)
    clock.wind(1_000)
    expect(fired).toBe(0)
    clock.wind(2 * TICK)
    expect(fired).toBe(1)
    clock.wind(10_000)
    expect(fired).toBe(1)
  })

  it('moves a deadline later without losing it', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    let fired = 0
    const deadline = wheel.deadline(() => fired++)
    for (let read = 0; read < 50; read++) {
      deadline.arm(1_000)
      clock.wind(900)
    }
    expect(fired).toBe(0)
    clock.wind(1_000)
    expect(fired).toBe(1)
  })

  it('moves a deadline earlier', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    let fired = 0
    const deadline = wheel.deadline(() => fired++)
    deadline.arm(75_000)
    deadline.arm(1_000)
    clock.wind(1_000 + 2 * TICK)
    expect(fired).toBe(1)
  })

  it('keeps deadlines that lie past one round of its slots', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    let fired = 0
    wheel.deadline(() => fired++).arm(500_000)
    clock.wind(499_000)
    expect(fired).toBe(0)
    clock.wind(2_000)
    expect(fired).toBe(1)
  })

  it('forgets a released deadline', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    const deadline = wheel.deadline(() => expect.unreachable('a released deadline fired'))
    deadline.arm(1_000)
    deadline.release()
    clock.wind(5_000)
  })

  it('lets a deadline arm itself again while it fires', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    let fired = 0
    const deadline = wheel.deadline(() => {
      fired++
      if (fired < 3) deadline.arm(1_000)
    })
    deadline.arm(1_000)
    clock.wind(10_000)
    expect(fired).toBe(3)
  })

  it('stops with its clock', () => {
    const clock = handClock()
    const wheel = startWheel(clock)
    wheel.stop()
    clock.wind(TICK)
    expect(clock.pending).toBe(0)
  })

  it('agrees with a plain list of due times under any sequence of arm, disarm and waiting', () => {
    const step = fc.record({
      which: fc.nat({ max: 4 }),
      ms: fc.constantFrom(0, 150, 1_000, 9_990, 75_000, 120_000),
      act: fc.constantFrom('arm', 'disarm', 'wait', 'release'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const clock = handClock()
        const wheel = startWheel(clock)
        const due = Array.from({ length: 5 }, () => Number.POSITIVE_INFINITY)
        const deadlines = due.map((_, index) =>
          wheel.deadline(() => {
            expect(clock.now()).toBeGreaterThanOrEqual(due[index] ?? 0)
            due[index] = Number.POSITIVE_INFINITY
          }),
        )
        for (const { which, ms, act } of steps) {
          if (act === 'wait') clock.wind(ms)
          else if (act === 'arm') deadlines[which]?.arm(ms)
          else if (act === 'disarm') deadlines[which]?.disarm()
          else deadlines[which]?.release()
          // The wheel's own clock may be a tick behind, which only makes a deadline later than asked.
          if (act === 'arm') due[which] = wheel.now + ms
          else if (act !== 'wait') due[which] = Number.POSITIVE_INFINITY
          for (const moment of due) expect(moment + 3 * TICK).toBeGreaterThan(clock.now())
        }
      }),
      { numRuns: 300 },
    )
  })
})
