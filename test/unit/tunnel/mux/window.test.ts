import { describe, expect, it } from 'vitest'
import { INITIAL_WINDOW } from '../../../../src/tunnel/mux/frame.ts'
import { ReceiveWindow, WindowBudget } from '../../../../src/tunnel/mux/window.ts'

const MEGABYTE = 1024 * 1024
const ROUND_TRIP = 100
const budget = (left = 64 * MEGABYTE) => new WindowBudget(left, 16 * MEGABYTE)

/** Reads all that the window allows, again and again, `every` milliseconds; returns the window at the end. */
function readFast(window: ReceiveWindow, every: number, times: number): number {
  for (let turn = 1; turn <= times; turn++) {
    expect(window.take(window.open)).toBe(true)
    expect(window.isDue(0)).toBe(true)
    window.grant(0, turn * every, ROUND_TRIP)
  }
  return window.open
}

describe('a receive window', () => {
  it('allows 256 KiB at first, and not a byte more', () => {
    const window = new ReceiveWindow(budget(), 0)
    expect(window.take(INITIAL_WINDOW)).toBe(true)
    expect(window.take(1)).toBe(false)
  })

  it('grants what was read, once that is half of it, and never what wasn’t', () => {
    const window = new ReceiveWindow(budget(), 0)
    window.take(200_000)
    expect(window.isDue(200_000)).toBe(false)
    expect(window.isDue(100_000)).toBe(false)
    expect(window.isDue(50_000)).toBe(true)
    expect(window.grant(50_000, 1e6, ROUND_TRIP)).toBe(150_000)
    expect(window.open).toBe(INITIAL_WINDOW - 50_000)
  })

  it('doubles up to 16 MiB while it is emptied within two round trips', () => {
    expect(readFast(new ReceiveWindow(budget(), 0), ROUND_TRIP, 1)).toBe(2 * INITIAL_WINDOW)
    expect(readFast(new ReceiveWindow(budget(), 0), ROUND_TRIP, 20)).toBe(16 * MEGABYTE)
  })

  it('stays as it is for a reader who takes longer, and before a round trip was measured', () => {
    expect(readFast(new ReceiveWindow(budget(), 0), 2 * ROUND_TRIP, 20)).toBe(INITIAL_WINDOW)
    const window = new ReceiveWindow(budget(), 0)
    window.take(window.open)
    window.grant(0, 1, 0)
    expect(window.open).toBe(INITIAL_WINDOW)
  })

  it('gives up what is more than its share, as others grow, and never what it has granted', () => {
    const shared = budget(8 * MEGABYTE)
    const windows = Array.from({ length: 8 }, () => new ReceiveWindow(shared, 0))
    const [first] = windows
    if (first === undefined) throw new Error('no window')
    expect(readFast(first, ROUND_TRIP, 20)).toBe(INITIAL_WINDOW + 8 * MEGABYTE)
    // Everybody reads as fast as everybody else, in turns.
    let now = 20 * ROUND_TRIP
    for (let turn = 0; turn < 20; turn++) {
      now += ROUND_TRIP
      for (const window of windows) {
        const before = window.open
        expect(window.take(before)).toBe(true)
        expect(window.grant(0, now, ROUND_TRIP)).toBeGreaterThanOrEqual(0)
      }
    }
    expect(windows.map(({ open }) => open)).toEqual(Array(8).fill(INITIAL_WINDOW + MEGABYTE))
    for (const window of windows) window.giveBack()
    expect([shared.left, shared.sharers]).toEqual([8 * MEGABYTE, 0])
    const late = new ReceiveWindow(budget(8 * MEGABYTE), 0)
    readFast(late, ROUND_TRIP, 20)
    late.take(1000)
    const granted = late.open
    late.grant(0, 0, ROUND_TRIP)
    expect(late.open).toBeGreaterThanOrEqual(granted)
  })

  it('shares what a session may hold with the others, and gives it back', () => {
    const shared = budget(MEGABYTE)
    const one = new ReceiveWindow(shared, 0)
    const other = new ReceiveWindow(shared, 0)
    expect(readFast(one, ROUND_TRIP, 10)).toBe(INITIAL_WINDOW + MEGABYTE)
    expect(readFast(other, ROUND_TRIP, 10)).toBe(INITIAL_WINDOW)
    one.giveBack()
    expect(shared.left).toBe(MEGABYTE)
    expect(readFast(other, ROUND_TRIP, 10)).toBe(INITIAL_WINDOW + MEGABYTE)
  })
})
