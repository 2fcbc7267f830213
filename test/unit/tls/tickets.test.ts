import { expect, it } from 'vitest'
import { Tickets } from '../../../src/tls/tickets.ts'

it('a ticket key has 48 bytes and holds for twelve hours', () => {
  let draws = 0
  const tickets = new Tickets(() => String(++draws).padStart(32, '0'))
  const first = tickets.at(1000)
  expect(first).toHaveLength(48)
  expect(tickets.at(1000 + 12 * 3_600_000 - 1)).toBe(first)
  const second = tickets.at(1000 + 12 * 3_600_000)
  expect(second.equals(first)).toBe(false)
  expect(tickets.at(1000 + 13 * 3_600_000)).toBe(second)
})
