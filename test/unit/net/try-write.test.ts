import { once } from 'node:events'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { descriptorOf, NOWHERE, tryBytes, tryPieces, tryText } from '../../../src/net/try-write.ts'
import { type SocketPair, socketPair } from '../../support/socket-pair.ts'

let pair: SocketPair
let near: Socket
let far: Socket
beforeEach(async () => {
  pair = await socketPair()
  ;({ near, far } = pair)
})
afterEach(() => pair[Symbol.dispose]())

/** What has come once the near side has ended. */
async function allOf(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

describe('a write that is tried', () => {
  it('goes out in the order of the tries, and of what the stream writes behind them', async () => {
    const fd = descriptorOf(near)
    expect(tryText(fd, 'caf\xe9 ')).toBe(5)
    expect(tryBytes(fd, Buffer.from('bytes and more'), 6)).toBe(6)
    expect(tryPieces(fd, [Buffer.from('two '), Buffer.from('pieces ')])).toBe(11)
    near.end('and the stream')
    expect((await allOf(far)).toString('latin1')).toBe('caf\xe9 bytes two pieces and the stream')
  })

  it('takes what there is room for, and nothing when there is none', async () => {
    const fd = descriptorOf(near)
    const much = Buffer.alloc(64 * 1024 * 1024, 'x')
    const taken = tryBytes(fd, much, much.length)
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(much.length)
    const tries = [
      () => tryText(fd, 'y'.repeat(1 << 20)),
      () => tryBytes(fd, much, much.length),
      () => tryPieces(fd, [much]),
    ]
    let rounds = 0
    while (tries.map(one => one()).some(count => count > 0)) expect(++rounds).toBeLessThan(1000)
    near.destroy()
    expect((await allOf(far)).every(byte => byte === 120 || byte === 121)).toBe(true)
  })

  it('takes nothing of a connection that is over', async () => {
    far.resetAndDestroy()
    await once(near, 'close').catch(() => undefined)
    expect(descriptorOf(near)).toBe(NOWHERE)
    expect([tryText(NOWHERE, 'x'), tryBytes(NOWHERE, Buffer.from('x'), 1), tryPieces(NOWHERE, [])]).toEqual([
      0, 0, 0,
    ])
  })

  it('finds no descriptor where something goes first, or nothing may follow', () => {
    near.end('the last words')
    expect(descriptorOf(near)).toBe(NOWHERE)
    const other = new Duplex({ write: () => undefined })
    other.write('x')
    expect(descriptorOf(Object.assign(other, { _handle: { fd: 1 } }))).toBe(NOWHERE)
  })

  it('finds no descriptor where there is none', () => {
    expect(descriptorOf(new Socket())).toBe(NOWHERE)
    expect(descriptorOf(new Duplex())).toBe(NOWHERE)
  })
})
