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

  it('stay with 64 connections that rest, and no more', () => {
    const buffers = openReadBuffers()
    const granted = Array.from({ length: 70 }, () => buffers.reserve())
    expect(granted.filter(Boolean)).toHaveLength(64)
    buffers.release()
    expect([buffers.reserve(), buffers.reserve()]).toEqual([true, false])
  })
})
