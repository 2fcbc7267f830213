import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { FLAG, TYPE } from '../../../../src/tunnel/mux/frame.ts'
import { peer } from '../../../support/mux/peer.ts'
import { frame, frames } from '../../../support/mux/wire.ts'

const MEGABYTE = 1024 * 1024

/** A session with so many open streams whose other side takes a megabyte of each. */
async function opened(count: number) {
  const one = await peer({ role: 'server' })
  const streams = Array.from({ length: count }, () => {
    const stream = one.session.open()
    if (stream === undefined) throw new Error('not opened')
    return stream
  })
  await nextTurn()
  await one.send(...streams.map(({ id }) => frame(TYPE.window, FLAG.ack, id, MEGABYTE)))
  await one.heard()
  return { ...one, streams }
}

describe('the writer', () => {
  it('lets streams take turns, 64 KiB each', async () => {
    const { streams, heard } = await opened(3)
    for (const stream of streams) stream.write(Buffer.alloc(128 * 1024))
    expect(await heard()).toEqual([2, 4, 6, 2, 4, 6].map(id => `data ${id} flags 0: 65536 bytes`))
  })

  it('keeps no batch longer than 256 KiB, and puts what was said meanwhile before the rest', async () => {
    const { session, streams, freeze, thaw, heard, taken } = await opened(8)
    freeze()
    for (const stream of streams) stream.write(Buffer.alloc(128 * 1024))
    await nextTurn()
    expect(frames(taken()).length).toBe(4)
    session.ping(() => undefined)
    await thaw()
    const lines = await heard()
    expect(lines[0]).toBe('ping flags 1: 1')
    expect(lines.length).toBe(1 + 12)
  })

  it('lets a small answer pass those who have much to say', async () => {
    const { streams, freeze, thaw, heard, taken } = await opened(20)
    freeze()
    for (const stream of streams.slice(1)) stream.write(Buffer.alloc(MEGABYTE))
    await nextTurn()
    taken()
    streams[0]?.write('a small answer')
    await thaw()
    expect((await heard())[0]).toBe('data 2 flags 0: 14 bytes')
  })

  it('doesn’t let many small answers keep the others out', async () => {
    const { streams, freeze, thaw, heard, taken } = await opened(2)
    const [talker, bulk] = streams
    freeze()
    bulk?.write(Buffer.alloc(MEGABYTE))
    await nextTurn()
    taken()
    talker?.cork()
    for (let n = 0; n < 100; n++) talker?.write(Buffer.alloc(10_000))
    talker?.uncork()
    await thaw()
    const seen = (await heard()).map(line => line.split(' ')[1])
    // From then on they take turns.
    expect(seen.slice(0, 10)).toEqual(['4', '2', '4', '2', '4', '2', '4', '2', '4', '2'])
  })

  it('says that something is written when the carrier has taken it, not before', async () => {
    const { streams, freeze, thaw } = await opened(1)
    freeze()
    let isWritten = false
    streams[0]?.write(Buffer.alloc(100_000), () => {
      isWritten = true
    })
    await nextTurn()
    expect(isWritten).toBe(false)
    expect(streams[0]?.writableLength).toBe(100_000)
    await thaw()
    await thaw()
    expect(isWritten).toBe(true)
    expect(streams[0]?.writableLength).toBe(0)
  })

  it('takes small writes at once, as text and as bytes, and puts them into one write', async () => {
    const { streams, carrier, heard } = await opened(2)
    let writes = 0
    const write = carrier.write.bind(carrier)
    carrier.write = ((bytes: Buffer, told: () => void) => {
      writes++
      return write(bytes, told)
    }) as typeof carrier.write
    streams[0]?.write('grün', 'utf8')
    streams[1]?.write('grün', 'latin1')
    streams[0]?.write(Buffer.from('x'))
    expect(streams.map(({ writableLength }) => writableLength)).toEqual([0, 0])
    expect(await heard()).toEqual([
      'data 2 flags 0: 5 bytes',
      'data 4 flags 0: 4 bytes',
      'data 2 flags 0: 1 bytes',
    ])
    expect(writes).toBe(1)
  })
})
