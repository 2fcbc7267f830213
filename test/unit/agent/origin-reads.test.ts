import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { OriginReads } from '../../../src/agent/origin-reads.ts'
import { openReadBuffers } from '../../../src/net/read-buffers.ts'

function world() {
  const buffers = openReadBuffers(64 * 1024)
  const written: Buffer[] = []
  const pending: ((error?: Error) => void)[] = []
  const to = new Writable({
    highWaterMark: 1_000_000,
    write(chunk: Buffer, _, done) {
      written.push(chunk)
      pending.push(done)
    },
  })
  to.on('error', () => undefined)
  let passed = 0
  const reads = new OriginReads(buffers)
  reads.start(to as never, bytes => {
    passed += bytes
  })
  const read = (length: number): Buffer => {
    const buffer = reads.buffer()
    reads.read(length, buffer)
    return buffer
  }
  return {
    buffers,
    written,
    reads,
    read,
    passed: () => passed,
    done: (error?: Error) => pending.shift()?.(error),
  }
}

describe('what an origin sends', () => {
  it('is copied from the buffer of all while it is little', () => {
    const { buffers, written, read, passed } = world()
    expect(read(100)).toBe(buffers.small)
    expect(written[0]?.buffer).not.toBe(buffers.small.buffer)
    expect(passed()).toBe(100)
  })

  it('is copied to a buffer that comes back when it fills that of all', async () => {
    const { buffers, written, read, done } = world()
    buffers.small.fill('a')
    read(buffers.small.length).fill('!')
    expect(written[0]?.equals(Buffer.alloc(buffers.small.length, 'a'))).toBe(true)
    done()
    await new Promise(resolve => process.nextTick(resolve))
    expect(buffers.take().buffer).toBe(written[0]?.buffer)
  })

  it('is written as it was read when it is much, and the buffer comes back when it is sent', async () => {
    const { buffers, written, read, done } = world()
    read(buffers.small.length)
    done()
    const own = read(60_000)
    expect(own).not.toBe(buffers.small)
    expect(written[1]?.buffer).toBe(own.buffer)
    expect(read(60_000)).not.toBe(own)
    done()
    await new Promise(resolve => process.nextTick(resolve))
    expect(read(60_000)).toBe(own)
  })

  it('goes back to the buffer of all with the first read that is little', () => {
    const { buffers, read } = world()
    read(buffers.small.length)
    const own = read(10)
    expect(own).not.toBe(buffers.small)
    expect(read(10)).toBe(buffers.small)
  })

  it('is written as it was read when it is less than much, and not little', () => {
    const { buffers, written, read, done } = world()
    read(buffers.small.length)
    done()
    const own = read(20_000)
    expect(written[1]?.buffer).toBe(own.buffer)
    expect(read(10)).toBe(buffers.small)
  })

  it('leaves a buffer whose bytes may still be on their way to nobody', async () => {
    const { buffers, read, reads, done } = world()
    read(buffers.small.length)
    done()
    const own = read(60_000)
    done(new Error('cut'))
    await new Promise(resolve => process.nextTick(resolve))
    reads.stop()
    expect(buffers.take()).not.toBe(own)
  })
})
