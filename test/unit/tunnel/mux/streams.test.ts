import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MuxStream } from '../../../../src/tunnel/mux/stream.ts'
import { Streams } from '../../../../src/tunnel/mux/streams.ts'

/** All that the table looks at. */
const stream = (id: number): MuxStream => ({ id, beside: undefined }) as unknown as MuxStream

/** Numbers that share few places of the table. */
const crowded = fc.tuple(fc.nat(2), fc.nat(5)).map(([low, high]) => 1 + 2 * (low + high * 1024))

describe('streams by their numbers', () => {
  it('are those that a Map would have', () => {
    const steps = fc.array(fc.record({ opens: fc.boolean(), id: crowded }), { maxLength: 80 })
    fc.assert(
      fc.property(steps, all => {
        const streams = new Streams()
        const map = new Map<number, MuxStream>()
        for (const { opens, id } of all) {
          const known = map.get(id)
          if (opens && known === undefined) {
            const one = stream(id)
            streams.add(one)
            map.set(id, one)
          } else if (!opens) {
            streams.delete(known ?? stream(id))
            map.delete(id)
          }
          expect(streams.get(id)).toBe(map.get(id))
          expect(streams.size).toBe(map.size)
        }
        for (const [id, one] of map) expect(streams.get(id)).toBe(one)
        expect(new Set(streams.removeAll())).toEqual(new Set(map.values()))
        expect(streams.size).toBe(0)
        for (const id of map.keys()) expect(streams.get(id)).toBeUndefined()
      }),
    )
  })

  it('can have any number', () => {
    const streams = new Streams()
    const ids = [1, 2, 3, 2047, 2048, 2049, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
    for (const id of ids) streams.add(stream(id))
    for (const id of ids) expect(streams.get(id)?.id).toBe(id)
    expect(streams.get(4)).toBeUndefined()
  })
})
