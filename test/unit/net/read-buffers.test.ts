import { describe, expect, it } from 'vitest'
import { openReadBuffers } from '../../../src/net/read-buffers.ts'

describe('read buffers', () => {
  it('are handed out again once they were given back, and never twice at a time', () => {
    const buffers = openReadBuffers()
    const [one, two] = [buffers.take(), buffers.take()]
    expect(one).not.toBe(two)
    buffers.giveBack(one)
    expect(buffers.take()).toBe(one)
    expect(buffers.take()).not.toBe(two)
  })

  it('are shared beside that, and only their beginning by those who are to read less', () => {
    const { shared, medium, small } = openReadBuffers()
    expect(small.length).toBeLessThan(medium.length)
    expect(medium.length).toBeLessThan(shared.length)
    expect([small.buffer, medium.buffer]).toEqual([shared.buffer, shared.buffer])
  })
})
