import { describe, expect, it } from 'vitest'
import { type Outlet, streamLines } from '../../../src/observe/lines.ts'
import { handClock, settle } from '../../support/clock.ts'

function stage(limit = 10) {
  const clock = handClock()
  const written: string[] = []
  let done: ((error?: Error) => void) | undefined
  let fail: (error: Error) => void = () => {}
  const outlet: Outlet = {
    write(text, _, whenDone) {
      written.push(text.toString())
      done = whenDone
      return true
    },
    on(_, told) {
      fail = told
    },
  }
  return {
    clock,
    written,
    lines: streamLines(outlet, clock, limit),
    finish: (error?: Error) => done?.(error),
    fail: () => fail(new Error('EPIPE')),
  }
}

describe('lines into a pipe', () => {
  it('hands on one piece at a time, in order', () => {
    const { lines, written, finish } = stage()
    expect([lines.write('a\n'), lines.write('b\n'), lines.write('c\n')]).toEqual([true, true, true])
    expect(written).toEqual(['a\n'])
    finish()
    finish()
    finish()
    expect(written).toEqual(['a\n', 'b\n', 'c\n'])
  })

  it('takes nothing past its limit until the reader has read', () => {
    const { lines, written, finish } = stage(4)
    lines.write('aaa\n')
    expect(lines.write('b\n')).toBe(false)
    finish()
    expect(lines.write('c\n')).toBe(true)
    expect(written).toEqual(['aaa\n', 'c\n'])
  })

  it('is over when the reader went away', () => {
    const { lines, written, fail } = stage()
    lines.write('a\n')
    fail()
    expect(lines.write('b\n')).toBe(false)
    expect(written).toEqual(['a\n'])
  })

  it('is over when a write fails', () => {
    const { lines, finish } = stage()
    lines.write('a\n')
    finish(new Error('EIO'))
    expect(lines.write('b\n')).toBe(false)
  })

  it('closes when everything is read', async () => {
    const { lines, finish, clock } = stage()
    lines.write('a\n')
    lines.write('b\n')
    let isClosed = false
    const closing = lines.close(1000).then(() => {
      isClosed = true
    })
    finish()
    await settle()
    expect(isClosed).toBe(false)
    finish()
    await closing
    expect(lines.write('c\n')).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('waits for a stuck reader only as long as it is told', async () => {
    const { lines, clock, written } = stage()
    lines.write('a\n')
    lines.write('b\n')
    let isClosed = false
    void lines.close(1000).then(() => {
      isClosed = true
    })
    await clock.windAsync(999)
    expect(isClosed).toBe(false)
    await clock.windAsync(1)
    expect(isClosed).toBe(true)
    expect(written).toEqual(['a\n'])
  })

  it('closes at once with nothing under way', async () => {
    const { lines, clock } = stage()
    await lines.close(1000)
    expect(clock.pending).toBe(0)
  })
})
