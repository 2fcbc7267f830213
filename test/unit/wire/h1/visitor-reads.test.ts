import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openReadBuffers } from '../../../../src/net/read-buffers.ts'
import { VisitorReads } from '../../../../src/wire/h1/visitor-reads.ts'

function world() {
  const buffers = openReadBuffers()
  const seen: { readonly length: number; readonly isLent: boolean; readonly kept: Buffer }[] = []
  const reads: VisitorReads = new VisitorReads(new EventEmitter() as unknown as Socket, buffers, bytes =>
    seen.push({ length: bytes.length, isLent: reads.isLent, kept: reads.kept(bytes) }),
  )
  const read = (length: number): Buffer => {
    const buffer = reads.buffer()
    buffer.fill(seen.length + 1, 0, length)
    expect(reads.read(length, buffer)).toBe(true)
    return buffer
  }
  return { small: buffers.small, seen, read, reads }
}

describe('what a visitor sends', () => {
  it('is read into the buffer of all, and lent, as long as it is small', () => {
    const { small, seen, read, reads } = world()
    for (const length of [1, 700, small.length - 1]) expect(read(length)).toBe(small)
    expect(seen.map(({ isLent }) => isLent)).toEqual([true, true, true])
    expect(seen.map(({ kept }) => kept[0])).toEqual([1, 2, 3])
    expect(reads.isLent).toBe(false)
  })

  it('gets buffers of its own when it is large, which go along while they are filled', () => {
    const { small, seen, read } = world()
    expect(read(small.length)).toBe(small)
    const [first, second] = [read(64 * 1024), read(40 * 1024)]
    expect(first).not.toBe(second)
    expect(seen.map(({ isLent }) => isLent)).toEqual([true, false, false])
    expect(seen[1]?.kept.buffer).toBe(first.buffer)
    // The end of the body: little is in it, so it is lent, and the next request is in the buffer of all again.
    const last = read(100)
    expect(last).not.toBe(second)
    expect(seen[3]?.isLent).toBe(true)
    expect(read(100)).toBe(small)
    expect(seen.map(({ kept }) => kept[0])).toEqual([1, 2, 3, 4, 5])
  })
})
