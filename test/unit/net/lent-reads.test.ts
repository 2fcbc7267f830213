import { once } from 'node:events'
import { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LentReads, lendReads } from '../../../src/net/lent-reads.ts'
import { type SocketPair, socketPair } from '../../support/socket-pair.ts'
import { until } from '../../support/until.ts'

let pair: SocketPair
let near: Socket
let far: Socket
beforeEach(async () => {
  pair = await socketPair()
  ;({ near, far } = pair)
})
afterEach(() => pair[Symbol.dispose]())

/** Reads into two buffers of four bytes in turns. */
function lending(read: (text: string) => void = () => undefined): LentReads {
  const buffers = [Buffer.alloc(4), Buffer.alloc(4)]
  let turn = 0
  const lent = lendReads(near, {
    buffer: () => buffers[turn++ % 2] ?? Buffer.alloc(0),
    read(length, buffer) {
      expect(buffers).toContain(buffer)
      read(buffer.toString('latin1', 0, length))
      return true
    },
  })
  // A Node that does this otherwise reads as it always did; this one should not.
  if (lent === undefined) throw new Error('nothing was lent')
  return lent
}

describe('lent reads', () => {
  it('fill the buffers that are asked for, one read each, and end as a socket ends', async () => {
    const reads: string[] = []
    lending(text => reads.push(text))
    far.end('0123456789')
    await once(near, 'end')
    expect(reads).toEqual(['0123', '4567', '89'])
  })

  it('stop and go on with the socket', async () => {
    const reads: string[] = []
    lending(text => {
      reads.push(text)
      near.pause()
    })
    far.write('01234567')
    await until('one read', () => reads.length === 1)
    near.resume()
    await until('another', () => reads.length === 2)
    expect(reads).toEqual(['0123', '4567'])
  })

  it('become a stream whose bytes nobody overwrites', async () => {
    const reads: string[] = []
    const lent = lending(text => reads.push(text))
    far.write('0123')
    await until('it is read', () => reads.length === 1)
    lent.stop()
    near.unshift(Buffer.from('put back '))
    const pieces: Buffer[] = []
    near.on('data', piece => pieces.push(piece))
    far.end('abcdefghijkl')
    await once(near, 'end')
    expect(Buffer.concat(pieces).toString()).toBe('put back abcdefghijkl')
    expect(reads).toHaveLength(1)
  })

  it('are none where something was read already, or where there is no handle', async () => {
    near.pause()
    near.unshift(Buffer.from('x'))
    const reads = { buffer: () => Buffer.alloc(1), read: () => true }
    expect(lendReads(near, reads)).toBeUndefined()
    expect(lendReads(new Socket(), reads)).toBeUndefined()
  })
})
