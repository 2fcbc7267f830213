import { expect, it } from 'vitest'
import { openDeadline, PATIENCE } from '../../../src/management/deadline.ts'
import { handClock } from '../../support/clock.ts'

it('passes once what is awaited takes too long, and never when it is our turn', () => {
  const clock = handClock()
  let late = 0
  const deadline = openDeadline(clock, () => {
    late++
  })
  deadline.awaits('head')
  clock.wind(PATIENCE.head - 1)
  deadline.awaits('body')
  clock.wind(PATIENCE.body - 1)
  deadline.awaits(undefined)
  clock.wind(600_000)
  expect({ late, pending: clock.pending }).toEqual({ late: 0, pending: 0 })
  deadline.awaits('idle')
  clock.wind(PATIENCE.idle)
  expect({ late, pending: clock.pending }).toEqual({ late: 1, pending: 0 })
})
