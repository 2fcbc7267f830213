import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openReadBuffers, type ReadBuffers } from '../../../../src/net/read-buffers.ts'
import { VisitorReads } from '../../../../src/wire/h1/visitor-reads.ts'
import { socketPair } from '../../../support/socket-pair.ts'
import { until } from '../../../support/until.ts'

const KIB = 1024

function pieces(buffers: ReadBuffers, lengths: readonly number[]): Buffer[] {
  const seen: Buffer[] = []
  const reads = new VisitorReads(new Socket(), buffers, bytes => seen.push(bytes))
  for (const length of lengths) expect(reads.read(length, reads.buffer())).toBe(true)
  return [...seen, reads.buffer()]
}

describe('what a visitor sends', () => {
  it('is read in small pieces into the buffer of all', () => {
    const buffers = openReadBuffers()
    for (const piece of pieces(buffers, [1, 700, 16 * KIB - 1]))
      expect(piece.buffer).toBe(buffers.shared.buffer)
    expect(pieces(buffers, [1, 700, 16 * KIB - 1]).at(-1)).toBe(buffers.small)
  })

  it('is read in larger ones while they are filled', () => {
    const buffers = openReadBuffers()
    expect(pieces(buffers, [16 * KIB]).at(-1)).toBe(buffers.medium)
    expect(pieces(buffers, [16 * KIB, 64 * KIB, 40 * KIB]).at(-1)).toBe(buffers.medium)
    expect(pieces(buffers, [16 * KIB, 64 * KIB, 100]).at(-1)).toBe(buffers.small)
  })

  it('is lent where it is read into that buffer, and copied by who keeps it', async () => {
    using pair = await socketPair()
    const { near, far } = pair
    const kept: Buffer[] = []
    const reads: VisitorReads = new VisitorReads(near, openReadBuffers(), bytes =>
      kept.push(reads.kept(bytes)),
    )
    expect(reads.isLent).toBe(true)
    for (const text of ['first', 'later']) {
      far.write(text)
      await until('it has come', () => kept.at(-1)?.toString() === text)
    }
    expect(kept.map(String)).toEqual(['first', 'later'])
  })

  it("is its reader's own where the socket reads by itself", () => {
    const socket = new Socket()
    const seen: Buffer[] = []
    const reads: VisitorReads = new VisitorReads(socket, openReadBuffers(), bytes =>
      seen.push(reads.kept(bytes)),
    )
    expect(reads.isLent).toBe(false)
    const piece = Buffer.from('x')
    socket.emit('data', piece)
    expect(seen[0]).toBe(piece)
  })
})
